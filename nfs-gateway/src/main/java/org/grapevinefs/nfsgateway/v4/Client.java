// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One client and what it holds. Guarded by the lock of {@link StateTable} but for its lease. */
final class Client {

  /**
   * Who made the client: another may not take its name while it holds anything.
   *
   * @param flavor RPC flavour
   * @param uid user number
   */
  record Principal(int flavor, int uid) {}

  /**
   * The name of an open.
   *
   * @param owner who opened
   * @param file what
   */
  record OpenKey(Opaque owner, State.FileState file) {}

  /**
   * The name of a lock owner's hold on a file.
   *
   * @param owner who locks
   * @param file what
   */
  record LockKey(Opaque owner, State.FileState file) {}

  /** Nobody: holds nothing, and stands where a special stateid needs no client. */
  static final Client NOBODY =
      new Client(
          0,
          new Opaque(new byte[0]),
          0,
          new Principal(0, 0),
          InetAddress.getLoopbackAddress(),
          0,
          new AtomicInteger());

  private final long id;
  private final Opaque owner;
  private final long verifier;
  private final Principal principal;
  private final InetAddress address;
  private volatile long renewed;

  final Map<Session.Id, Session> sessions = new ConcurrentHashMap<>();
  final Map<Integer, State> states = new HashMap<>();
  final Map<OpenKey, State.Open> opens = new HashMap<>();
  final Map<LockKey, State.Lock> locks = new HashMap<>();

  /** Byte ranges locked. */
  int ranges;

  final OwnerSequences sequences;

  /** Delegations that were revoked and that the client has not yet acknowledged. */
  final Set<Integer> revoked = ConcurrentHashMap.newKeySet();

  /** Delegations held, and how many of them were called back. */
  final AtomicInteger delegations = new AtomicInteger();

  final AtomicInteger recalled = new AtomicInteger();

  /** How a client of minor version 0 is called, and how it will be once it confirmed that. */
  volatile @Nullable CallbackPath callback;

  @Nullable CallbackPath callbackToBe;
  volatile boolean confirmed;

  /** How often a client of minor version 0 introduced itself anew; guards each confirmation. */
  int introductions;

  volatile boolean sessionless;
  boolean mayReclaim;
  boolean reclaimComplete;
  int createSequence = 1;
  byte @Nullable [] createReply;

  Client(
      long id,
      Opaque owner,
      long verifier,
      Principal principal,
      InetAddress address,
      long now,
      AtomicInteger ownersOfAll) {
    this.id = id;
    this.owner = owner;
    this.verifier = verifier;
    this.principal = principal;
    this.address = address;
    this.renewed = now;
    this.sequences = new OwnerSequences(ownersOfAll);
  }

  /** A way to call the client, the best there is; null: none. */
  @Nullable CallbackPath path() {
    CallbackPath found = callback;
    for (Session session : sessions.values()) {
      if (found == null || !found.isUp()) {
        found = session.back();
      }
    }
    return found;
  }

  long id() {
    return id;
  }

  Opaque owner() {
    return owner;
  }

  long verifier() {
    return verifier;
  }

  Principal principal() {
    return principal;
  }

  /** From where it first introduced itself. */
  InetAddress address() {
    return address;
  }

  void renew(long now) {
    renewed = now;
  }

  boolean isExpired(long now, long leaseMillis) {
    return now - renewed > leaseMillis;
  }

  boolean holdsAnything() {
    return !states.isEmpty();
  }
}
