// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.jspecify.annotations.Nullable;

/**
 * A session: the way back to its client, and its fore channel's slots that make each message's
 * effect happen exactly once (RFC 8881, section 2.10.6).
 */
final class Session {

  /**
   * A session's name.
   *
   * @param client its client
   * @param number which of all sessions
   */
  record Id(long client, long number) {}

  /** What became of a message's claim to a slot. */
  sealed interface Claim {
    /** It goes ahead. */
    record New(Slot slot) implements Claim {}

    /** It was answered before. */
    record Replay(byte[] reply) implements Claim {}
  }

  /** One message at a time, and the answer to the last. */
  static final class Slot {
    private int sequence;
    private boolean busy;
    private boolean answered;
    private boolean mustCache;
    private byte @Nullable [] reply;

    /** Whether the client asked for the reply to be kept. */
    boolean mustCache() {
      return mustCache;
    }

    private synchronized Claim claim(int wanted, boolean cache) throws NfsException {
      if (wanted == sequence && answered) {
        if (reply == null) {
          throw new NfsException(NfsStatus.RETRY_UNCACHED_REP);
        }
        return new Claim.Replay(reply);
      }
      if (busy) {
        throw new NfsException(wanted == sequence ? NfsStatus.DELAY : NfsStatus.SEQ_MISORDERED);
      }
      if (wanted != sequence + 1) {
        throw new NfsException(NfsStatus.SEQ_MISORDERED);
      }
      sequence = wanted;
      busy = true;
      answered = false;
      mustCache = cache;
      reply = null;
      return new Claim.New(this);
    }

    /** Lets the next message in. */
    synchronized void finish(XdrWriter out) {
      busy = false;
      answered = true;
      reply = mustCache ? out.toByteArray() : null;
    }

    private synchronized boolean isBusy() {
      return busy;
    }
  }

  private final Id id;
  private final Client client;
  private final CallbackPath back;
  private final ChannelAttributes granted;
  private final Slot[] slots;
  private final int maxRequest;
  private final int maxResponse;
  private final int maxCached;
  private final int maxOperations;

  Session(Id id, Client client, ChannelAttributes fore, CallbackPath back) {
    this.granted = fore;
    this.id = id;
    this.client = client;
    this.back = back;
    this.maxRequest = fore.maxRequest();
    this.maxResponse = fore.maxResponse();
    this.maxCached = fore.maxCached();
    this.maxOperations = fore.maxOperations();
    this.slots = new Slot[fore.maxRequests()];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = new Slot();
    }
  }

  Claim claim(int slot, int sequence, boolean cache) throws NfsException {
    if (slot < 0 || slot >= slots.length) {
      throw new NfsException(NfsStatus.BADSLOT);
    }
    return slots[slot].claim(sequence, cache);
  }

  /** Whether any message but {@code mine} is being worked on. */
  boolean isBusy(@Nullable Session mine) {
    if (mine == this) {
      return false;
    }
    for (Slot slot : slots) {
      if (slot.isBusy()) {
        return true;
      }
    }
    return false;
  }

  Id id() {
    return id;
  }

  Client client() {
    return client;
  }

  /** The back channel, over whatever connections it has. */
  CallbackPath back() {
    return back;
  }

  int slots() {
    return slots.length;
  }

  /** What the replies kept may take. */
  long cacheBytes() {
    return granted.cacheBytes();
  }

  /** What was granted of the fore channel. */
  ChannelAttributes granted() {
    return granted;
  }

  int maxRequest() {
    return maxRequest;
  }

  int maxResponse() {
    return maxResponse;
  }

  int maxCached() {
    return maxCached;
  }

  int maxOperations() {
    return maxOperations;
  }
}
