// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.grapevinefs.nfsgateway.ClientRecords;
import org.grapevinefs.nfsgateway.Limits;
import org.grapevinefs.nfsgateway.Refusals;
import org.jspecify.annotations.Nullable;

/**
 * The clients, their sessions and the grace period. One lock guards all state; nothing under it
 * blocks. What zones must be told, and what goes to the client records, is done after the lock is
 * let go.
 *
 * <p>A client whose lease ran out keeps all it has until someone wants what it holds, or room is
 * needed: a laptop that slept for an hour goes on as if nothing had been.
 */
final class StateTable {

  /** Work under the lock. */
  interface Guarded<T> {
    T run() throws NfsException;
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final InstantSource clock;
  private final long leaseMillis;
  private final long graceEnd;
  private final Limits.State limits;
  private final Refusals refusals;
  private final ClientRecords records;
  private final Set<String> recorded;
  private final Set<String> unreclaimed;
  private final Map<Opaque, Client> confirmed = new HashMap<>();
  private final Map<Opaque, Client> unconfirmed = new HashMap<>();
  private final Map<Long, Client> clients = new ConcurrentHashMap<>();
  private final AtomicInteger owners = new AtomicInteger();
  private final Map<InetAddress, Set<Client>> byAddress = new HashMap<>();
  private final Map<Session.Id, Session> sessions = new ConcurrentHashMap<>();
  private final List<Runnable> afterwards = new ArrayList<>();
  private final FileStates files;
  private final long epoch;
  private volatile int lastClient;
  private long lastSession;

  /** Bytes that the replies kept by all sessions may take. */
  private long cached;

  StateTable(
      InstantSource clock,
      Duration lease,
      Duration grace,
      Limits.State limits,
      Refusals refusals,
      ClientRecords records,
      FileHandles handles) {
    this.clock = clock;
    this.leaseMillis = lease.toMillis();
    this.limits = limits;
    this.refusals = refusals;
    this.records = records;
    this.recorded = Set.copyOf(records.load());
    this.unreclaimed = new HashSet<>(recorded);
    this.graceEnd = unreclaimed.isEmpty() ? Long.MIN_VALUE : clock.millis() + grace.toMillis();
    this.epoch = clock.millis() & 0xffff_ffffL;
    this.files = new FileStates(this, limits, refusals, handles);
  }

  FileStates files() {
    return files;
  }

  Delegations delegations() {
    return files.delegations();
  }

  long now() {
    return clock.millis();
  }

  long leaseMillis() {
    return leaseMillis;
  }

  long leaseSeconds() {
    return Math.max(1, leaseMillis / 1000);
  }

  int clients() {
    return clients.size();
  }

  int opens() {
    return files.opens();
  }

  // The lock

  <T> T guarded(Guarded<T> work) throws NfsException {
    List<Runnable> due = List.of();
    lock.lock();
    try {
      return work.run();
    } finally {
      if (!afterwards.isEmpty()) {
        due = List.copyOf(afterwards);
        afterwards.clear();
      }
      lock.unlock();
      due.forEach(Runnable::run);
    }
  }

  /** Has something done when the lock is let go; called under it. */
  void later(Runnable work) {
    afterwards.add(work);
  }

  // Clients

  /** What EXCHANGE_ID tells of the client. */
  record Exchanged(long client, int sequence, boolean confirmed) {}

  Exchanged exchangeId(
      Opaque asked, long verifier, Client.Principal principal, InetAddress address, boolean update)
      throws NfsException {
    return guarded(() -> {
      Opaque owner = name(asked, verifier, address);
      Client known = confirmed.get(owner);
      if (update) {
        return updated(known, verifier, principal);
      }
      if (known != null && !known.principal().equals(principal)) {
        if (known.holdsAnything() && !isExpired(known)) {
          throw new NfsException(NfsStatus.CLID_INUSE);
        }
        drop(known);
        known = null;
      }
      if (known != null && known.verifier() == verifier) {
        known.renew(clock.millis());
        return new Exchanged(known.id(), known.createSequence, true);
      }
      Client old = unconfirmed.remove(owner);
      if (old != null) {
        forget(old);
      }
      Client fresh = newClient(owner, verifier, principal, address);
      fresh.mayReclaim = recorded.contains(owner.hex()) || recorded.contains(asked.hex());
      unconfirmed.put(owner, fresh);
      return new Exchanged(fresh.id(), fresh.createSequence, false);
    });
  }

  /**
   * The name under which a client is kept. Machines made from one image, or without a name of their
   * own, call themselves the same, and by the letter each would be taken for the other having
   * rebooted. So one that speaks from another address, while the first is there, is another.
   */
  private Opaque name(Opaque asked, long verifier, InetAddress address) {
    Opaque other = asked.and(address.getAddress());
    Client before = confirmed.get(other);
    if (before != null && before.verifier() == verifier) {
      return other;
    }
    Client first = confirmed.get(asked);
    boolean another =
        first != null
            && first.verifier() != verifier
            && !first.address().equals(address)
            && !isExpired(first);
    return another ? other : asked;
  }

  private static Exchanged updated(
      @Nullable Client known, long verifier, Client.Principal principal) throws NfsException {
    if (known == null) {
      throw new NfsException(NfsStatus.NOENT);
    }
    if (known.verifier() != verifier) {
      throw new NfsException(NfsStatus.NOT_SAME);
    }
    if (!known.principal().equals(principal)) {
      throw new NfsException(NfsStatus.PERM);
    }
    return new Exchanged(known.id(), known.createSequence, true);
  }

  private Client newClient(
      Opaque owner, long verifier, Client.Principal principal, InetAddress address)
      throws NfsException {
    makeRoom(Refusals.Kind.CLIENTS, limits.clients(), clients.values(), address);
    Set<Client> neighbours = byAddress.getOrDefault(address, Set.of());
    makeRoom(Refusals.Kind.CLIENTS_OF_ADDRESS, limits.clientsPerAddress(), neighbours, address);
    long id = (epoch << 32) | (nextClient() & 0xffff_ffffL);
    Client fresh = new Client(id, owner, verifier, principal, address, clock.millis(), owners);
    clients.put(id, fresh);
    byAddress.computeIfAbsent(address, key -> new HashSet<>()).add(fresh);
    return fresh;
  }

  /** Forgets clients whose lease ran out if there are too many; if there still are, fails. */
  private void makeRoom(Refusals.Kind kind, int most, Collection<Client> among, InetAddress address)
      throws NfsException {
    if (among.size() < most) {
      return;
    }
    for (Client client : List.copyOf(among)) {
      if (isExpired(client)) {
        drop(client);
      }
    }
    if (among.size() >= most) {
      refusals.note(kind, address);
      throw new NfsException(NfsStatus.DELAY);
    }
  }

  private void forget(Client client) {
    clients.remove(client.id());
    byAddress.computeIfPresent(
        client.address(),
        (address, neighbours) -> {
          neighbours.remove(client);
          return neighbours.isEmpty() ? null : neighbours;
        });
  }

  private int nextClient() {
    int next = lastClient + 1;
    lastClient = next;
    return next;
  }

  /**
   * The client with a number, called under the lock. One that introduced itself and was not heard
   * of for a lease is forgotten.
   */
  private Client known(long id) throws NfsException {
    Client client = clients.get(id);
    if (client != null && !client.confirmed && isExpired(client)) {
      drop(client);
      client = null;
    }
    if (client == null) {
      throw new NfsException(NfsStatus.STALE_CLIENTID);
    }
    return client;
  }

  boolean isExpired(Client client) {
    return client.isExpired(clock.millis(), leaseMillis);
  }

  /** Takes a client and all it holds away; called under the lock. */
  void drop(Client client) {
    forget(client);
    confirmed.remove(client.owner(), client);
    unconfirmed.remove(client.owner(), client);
    for (Session session : List.copyOf(client.sessions.values())) {
      forget(session);
    }
    files.dropAll(client);
    client.sequences.clear();
    if (client.confirmed && !confirmed.containsKey(client.owner())) {
      later(() -> records.remove(client.owner().hex()));
    }
  }

  void destroyClient(long id) throws NfsException {
    guarded(() -> {
      Client client = known(id);
      if (!client.sessions.isEmpty() || client.holdsAnything()) {
        throw new NfsException(NfsStatus.CLIENTID_BUSY);
      }
      drop(client);
      return client;
    });
  }

  void forgetAll() {
    try {
      guarded(() -> {
        for (Client client : List.copyOf(clients.values())) {
          client.confirmed = false;
          drop(client);
        }
        return limits;
      });
      files.delegations().close();
    } catch (NfsException e) {
      throw new IllegalStateException(e);
    }
  }

  // Sessions

  /** How the answer to CREATE_SESSION is written once the session is there. */
  interface CreateReply {
    byte[] encode(Session session, int sequence);
  }

  /** How the back channel of a session is made. */
  interface BackMaker {
    CallbackPath of(Session.Id session);
  }

  byte[] createSession(
      long clientId,
      int sequence,
      Client.Principal principal,
      ChannelAttributes fore,
      BackMaker back,
      CreateReply reply)
      throws NfsException {
    return guarded(() -> {
      Client client = known(clientId);
      if (sequence == client.createSequence - 1 && client.createReply != null) {
        return client.createReply;
      }
      if (sequence != client.createSequence) {
        throw new NfsException(NfsStatus.SEQ_MISORDERED);
      }
      if (!client.confirmed) {
        confirm(client, principal);
      }
      if (client.sessions.size() >= limits.sessionsPerClient()) {
        refusals.note(Refusals.Kind.SESSIONS, client.address());
        throw new NfsException(NfsStatus.RESOURCE);
      }
      Session.Id name = new Session.Id(client.id(), ++lastSession);
      Session session = new Session(name, client, affordable(fore, client), back.of(name));
      cached += session.cacheBytes();
      client.sessions.put(session.id(), session);
      sessions.put(session.id(), session);
      client.renew(clock.millis());
      client.createSequence++;
      client.createReply = reply.encode(session, sequence);
      return client.createReply;
    });
  }

  /** What can be kept of a session's replies, now that others have theirs. */
  private ChannelAttributes affordable(ChannelAttributes fore, Client client) throws NfsException {
    if (cached + fore.cacheBytes() <= limits.cacheBytes() / 2) {
      return fore;
    }
    refusals.note(Refusals.Kind.CACHE, client.address());
    ChannelAttributes small = fore.frugal();
    if (cached + small.cacheBytes() > limits.cacheBytes()) {
      throw new NfsException(NfsStatus.DELAY);
    }
    return small;
  }

  private void forget(Session session) {
    if (sessions.remove(session.id(), session)) {
      cached -= session.cacheBytes();
    }
    session.client().sessions.remove(session.id());
  }

  private void confirm(Client client, Client.Principal principal) throws NfsException {
    if (!client.principal().equals(principal)) {
      throw new NfsException(NfsStatus.CLID_INUSE);
    }
    Client before = confirmed.get(client.owner());
    if (before != null) {
      drop(before);
    }
    unconfirmed.remove(client.owner());
    client.confirmed = true;
    confirmed.put(client.owner(), client);
  }

  /** Confirms a client of minor version 0, which has neither sessions nor RECLAIM_COMPLETE. */
  void confirmWithoutSession(long id, Client.Principal principal) throws NfsException {
    guarded(() -> {
      Client client = known(id);
      if (!client.confirmed) {
        confirm(client, principal);
      }
      client.sessionless = true;
      CallbackPath callback = client.callbackToBe;
      if (callback != null) {
        client.callback = callback;
        client.callbackToBe = null;
        later(callback::probe);
      }
      client.renew(clock.millis());
      later(() -> records.add(client.owner().hex()));
      return client;
    });
  }

  /** Counts that a client of minor version 0 introduced itself; returns how often it did. */
  int introduced(long id, @Nullable CallbackPath callback) throws NfsException {
    return guarded(() -> {
      Client client = known(id);
      client.callbackToBe = callback;
      return ++client.introductions;
    });
  }

  /** How often a client of minor version 0 introduced itself. */
  int introductions(long id) throws NfsException {
    return guarded(() -> known(id).introductions);
  }

  /** The confirmed client with a number, which lives on by being named. */
  Client renewed(long id) throws NfsException {
    Client client = clients.get(id);
    if (client == null) {
      // One of this run's was here, and went when another wanted what it held.
      boolean ours = id >>> 32 == epoch && (int) id - lastClient <= 0;
      throw new NfsException(ours ? NfsStatus.EXPIRED : NfsStatus.STALE_CLIENTID);
    }
    if (!client.confirmed) {
      throw new NfsException(NfsStatus.STALE_CLIENTID);
    }
    client.renew(clock.millis());
    return client;
  }

  /** The client that holds a stateid. */
  Client holder(Stateid stateid) throws NfsException {
    Client client = clients.get(stateid.client());
    if (client == null) {
      boolean ours = stateid.client() >>> 32 == epoch;
      throw new NfsException(ours ? NfsStatus.EXPIRED : NfsStatus.STALE_STATEID);
    }
    client.renew(clock.millis());
    return client;
  }

  Session session(Session.Id id) throws NfsException {
    Session session = sessions.get(id);
    if (session == null) {
      throw new NfsException(NfsStatus.BADSESSION);
    }
    return session;
  }

  void renew(Client client) {
    client.renew(clock.millis());
  }

  void destroySession(Session.Id id, @Nullable Session mine) throws NfsException {
    guarded(() -> {
      Session session = session(id);
      if (session.isBusy(mine)) {
        throw new NfsException(NfsStatus.DELAY);
      }
      forget(session);
      return session;
    });
  }

  // Grace

  /** Whether clients may still reclaim what they held before a restart; called under the lock. */
  boolean inGrace() {
    if (unreclaimed.isEmpty()) {
      return false;
    }
    if (clock.millis() < graceEnd) {
      return true;
    }
    Set<String> gone = Set.copyOf(unreclaimed);
    unreclaimed.clear();
    for (Client client : confirmed.values()) {
      client.mayReclaim = false;
    }
    later(() -> gone.forEach(this::forgetUnlessBack));
    return false;
  }

  private void forgetUnlessBack(String owner) {
    lock.lock();
    try {
      for (Client client : confirmed.values()) {
        if (client.owner().hex().equals(owner)) {
          return;
        }
      }
    } finally {
      lock.unlock();
    }
    records.remove(owner);
  }

  /** Checks that a client may open or lock now; called under the lock. */
  void admit(Client client, boolean reclaim) throws NfsException {
    boolean grace = inGrace();
    if (reclaim) {
      if (!grace || !client.mayReclaim || client.reclaimComplete) {
        throw new NfsException(NfsStatus.NO_GRACE);
      }
    } else if (grace || !(client.reclaimComplete || client.sessionless)) {
      throw new NfsException(NfsStatus.GRACE);
    }
  }

  void reclaimComplete(Client client) throws NfsException {
    guarded(() -> {
      if (client.reclaimComplete) {
        throw new NfsException(NfsStatus.COMPLETE_ALREADY);
      }
      client.reclaimComplete = true;
      unreclaimed.remove(client.owner().hex());
      later(() -> records.add(client.owner().hex()));
      return client;
    });
  }
}
