// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.rpc;

import java.net.InetAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.grapevinefs.nfsgateway.Limits;
import org.grapevinefs.nfsgateway.Refusals;
import org.jspecify.annotations.Nullable;

/**
 * The bounds of connections: who may connect, and how much each address may have on the way, so
 * that no client can fill the memory or the queue that others need. Thread-safe.
 *
 * <p>A client that sends faster than it is answered is not read from for a while; one that does not
 * read its answers gets no more work done until it does. Neither loses anything. Closed are
 * connections over the bounds, those that begin a message and do not end it, and those whose
 * answers nobody reads.
 */
final class Gate {

  private static final int GREEDY = 8;

  private final Limits.Traffic limits;
  private final InstantSource clock;
  private final Refusals refusals;
  private final Executor workers;
  private final Executor keeper;
  private final Map<InetAddress, Guest> guests = new ConcurrentHashMap<>();
  private final Set<Peer> peers = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong unfinished = new AtomicLong();

  /**
   * A gate.
   *
   * @param workers do the work
   * @param keeper goes on reading from connections that paused
   */
  Gate(
      Limits.Traffic limits,
      InstantSource clock,
      Refusals refusals,
      Executor workers,
      Executor keeper) {
    this.limits = limits;
    this.clock = clock;
    this.refusals = refusals;
    this.workers = workers;
    this.keeper = keeper;
  }

  int connections() {
    return connections.get();
  }

  long bytes() {
    return bytes.get();
  }

  /** Takes a connection in, or not. */
  boolean accept(Connection<?> connection, InetAddress address) {
    if (connections.incrementAndGet() > limits.connections()) {
      connections.decrementAndGet();
      refusals.note(Refusals.Kind.CONNECTIONS, address);
      return false;
    }
    boolean[] taken = new boolean[1];
    guests.compute(
        address,
        (key, known) -> {
          Guest guest = known == null ? new Guest(address) : known;
          synchronized (guest) {
            if (guest.connections < limits.perAddress()) {
              guest.connections++;
              peers.add(new Peer(connection, guest, clock.millis()));
              taken[0] = true;
            }
          }
          return guest;
        });
    if (!taken[0]) {
      connections.decrementAndGet();
      refusals.note(Refusals.Kind.CONNECTIONS_OF_ADDRESS, address);
    }
    return taken[0];
  }

  /** Forgets a connection. */
  void closed(Connection<?> connection) {
    Peer peer = Peer.of(connection);
    if (peer == null || !peers.remove(peer)) {
      return;
    }
    connections.decrementAndGet();
    Guest guest = peer.guest;
    guests.compute(
        guest.address,
        (key, known) -> {
          synchronized (guest) {
            peer.closed = true;
            guest.connections--;
            guest.calls -= peer.calls;
            guest.bytes -= peer.bytes;
            guest.sending -= peer.sending;
            guest.unfinished -= peer.unfinished;
            unfinished.addAndGet(-peer.unfinished);
            peer.unfinished = 0;
            bytes.addAndGet(-peer.bytes);
            return guest.connections == 0 ? null : known;
          }
        });
    peer.channel.closed();
    goOn(guest);
  }

  /** Notes how much there is of a message that is not whole yet; false: too much. */
  boolean unfinished(Peer peer, int size) {
    synchronized (peer.guest) {
      if (peer.closed) {
        return false;
      }
      if (!peer.awaited) {
        peer.awaited = true;
        peer.since = clock.millis();
      }
      Guest guest = peer.guest;
      long all = unfinished.addAndGet(size - peer.unfinished);
      guest.unfinished += size - peer.unfinished;
      peer.unfinished = size;
      // Where all together have begun too much, those who began most are the ones to go.
      boolean greedy = all > limits.bytes() && guest.unfinished > limits.bytes() / GREEDY;
      return guest.unfinished <= limits.bytesPerAddress() && !greedy;
    }
  }

  /** Whether there is room to wait for a message of so many bytes in one piece. */
  boolean mayGather(Peer peer, int size) {
    synchronized (peer.guest) {
      return peer.guest.unfinished + size <= limits.bytesPerAddress() / 2;
    }
  }

  /** Notes that a message is whole. */
  void whole(Peer peer) {
    synchronized (peer.guest) {
      peer.awaited = false;
      peer.guest.unfinished -= peer.unfinished;
      unfinished.addAndGet(-peer.unfinished);
      peer.unfinished = 0;
    }
  }

  /** Has a connection begin anew, as if just opened; false: it has something on the way. */
  boolean anew(Peer peer) {
    synchronized (peer.guest) {
      peer.awaited = true;
      peer.since = clock.millis();
      return peer.calls == 0;
    }
  }

  /** Whether a message may be taken; if not, the context is gone on with when one may be. */
  boolean mayTake(Peer peer, FilterChainContext context) {
    synchronized (peer.guest) {
      if (mayTake(peer, limits.callsPerAddress())) {
        return true;
      }
      peer.guest.paused.add(new Guest.Paused(peer, context));
      var _ = context.suspend();
    }
    refusals.note(Refusals.Kind.BUSY, peer.guest.address);
    return false;
  }

  /** A connection with nothing on the way always may: its neighbours' greed is not its own. */
  private boolean mayTake(Peer peer, int mostCalls) {
    Guest guest = peer.guest;
    return peer.closed || peer.calls == 0 || (guest.calls < mostCalls && hasRoom(guest));
  }

  private boolean hasRoom(Guest guest) {
    return guest.bytes <= limits.bytesPerAddress()
        && (guest.sending == 0 || bytes.get() <= limits.bytes());
  }

  /**
   * Whether a call waits: for answers on its own connection, or for everybody's if memory is short.
   */
  private boolean mustWait(Peer peer) {
    Guest guest = peer.guest;
    return guest.sending > 0
        && !hasRoom(guest)
        && (peer.sending > 0 || bytes.get() > limits.bytes());
  }

  /** Counts a message that was taken. */
  void taken(Peer peer, int size) {
    synchronized (peer.guest) {
      if (!peer.closed) {
        peer.calls++;
        peer.guest.calls++;
        count(peer, size);
      }
    }
  }

  private void count(Peer peer, long more) {
    peer.bytes += more;
    peer.guest.bytes += more;
    bytes.addAndGet(more);
  }

  /** Does a call's work when there is room for its answer. */
  void work(Peer peer, Runnable call) {
    workers.execute(() -> {
      Guest guest = peer.guest;
      synchronized (guest) {
        if (peer.closed) {
          return;
        }
        if (mustWait(peer)) {
          guest.deferred.add(() -> work(peer, call));
          return;
        }
      }
      call.run();
    });
  }

  /** Counts an answer that is handed over to be sent. */
  void sending(Peer peer, int size) {
    synchronized (peer.guest) {
      if (peer.closed) {
        return;
      }
      if (peer.sending++ == 0) {
        peer.progress = clock.millis();
      }
      peer.guest.sending++;
      count(peer, size);
    }
  }

  /** Notes that a call is done with, its answer sent or lost. */
  void done(Peer peer, int size, boolean wasSending) {
    Guest guest = peer.guest;
    boolean waits;
    synchronized (guest) {
      if (peer.closed) {
        return;
      }
      peer.calls--;
      guest.calls--;
      if (wasSending) {
        peer.sending--;
        guest.sending--;
        peer.progress = clock.millis();
      }
      count(peer, -size);
      waits = !guest.deferred.isEmpty() || !guest.paused.isEmpty();
    }
    if (waits) {
      goOn(guest);
    }
  }

  private void goOn(Guest guest) {
    List<Runnable> calls;
    List<FilterChainContext> contexts = new ArrayList<>();
    synchronized (guest) {
      calls = new ArrayList<>(guest.deferred);
      guest.deferred.clear();
      // Resumed at half of the bound, so that it does not pause again at once.
      guest.paused.removeIf(paused ->
          mayTake(paused.peer(), limits.callsPerAddress() / 2) && contexts.add(paused.context()));
    }
    calls.forEach(keeper::execute);
    contexts.forEach(context -> keeper.execute(context::resume));
  }

  /** Closes connections that are too slow, and goes on with what waits. */
  void sweep() {
    long now = clock.millis();
    for (Peer peer : peers) {
      Refusals.Kind late = late(peer, now);
      if (late != null) {
        refusals.note(late, peer.guest.address);
        peer.connection.terminateSilently();
      }
    }
    for (Guest guest : guests.values()) {
      goOn(guest);
    }
  }

  private Refusals.@Nullable Kind late(Peer peer, long now) {
    synchronized (peer.guest) {
      if (peer.awaited && now - peer.since > limits.patience().toMillis()) {
        return Refusals.Kind.SLOW_MESSAGE;
      }
      boolean unread = peer.sending > 0 && now - peer.progress > limits.sendPatience().toMillis();
      return unread ? Refusals.Kind.UNREAD_ANSWERS : null;
    }
  }
}
