// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.grapevinefs.replication.fs.OpenMode;
import org.grapevinefs.replication.fs.ZoneException;
import org.jspecify.annotations.Nullable;

/**
 * The delegations that clients hold (RFC 8881, section 10.4): while a client has one, nobody else
 * changes the file, or even looks at it, without its being called back first. One whose file
 * changed elsewhere in the mesh is called back as well.
 *
 * <p>Calls go out after the lock is let go and nobody waits for more than a moment: what is in the
 * way of a delegation is told to come again, until it was returned or, one lease after it was
 * called back, is revoked.
 */
final class Delegations {

  private static final int MOST_PER_CLIENT = 1_024;
  private static final int MOST_IN_ALL = 4_096;
  private static final int MOST_WAITERS = 4;
  private static final Duration MOMENT = Duration.ofMillis(50);
  private static final int MOST_REMEMBERED = 4_096;
  private static final long UNWANTED_MILLIS = 10_000;
  private static final int TRIES = 5;

  private final StateTable table;
  private final FileStates files;
  private final FileHandles handles;
  private final ZoneWatch watch = new ZoneWatch(this::isHeld, this::changed);
  private final AtomicInteger count = new AtomicInteger();
  private final Map<UUID, AtomicInteger> perZone = new ConcurrentHashMap<>();
  private final Semaphore waiters = new Semaphore(MOST_WAITERS);

  /** Files whose delegations were called back, and when: they are shared, so none is given soon. */
  private final Map<FileStates.FileKey, Long> shared = new LinkedHashMap<>();

  Delegations(StateTable table, FileStates files, FileHandles handles) {
    this.table = table;
    this.files = files;
    this.handles = handles;
  }

  // Giving

  /**
   * Gives a delegation of a file that the client has just opened, if nothing speaks against it;
   * null: none is given.
   */
  State.@Nullable Delegation give(Client client, Target.InZone file, boolean write)
      throws NfsException, ZoneException {
    CallbackPath path = client.path();
    if (path == null || !path.isUp() || count.get() >= MOST_IN_ALL) {
      return null;
    }
    watch.watch(file.export());
    long change = change(file);
    Optional<State.Delegation> answer =
        table.guarded(() -> {
          State.FileState of = files.find(FileStates.key(file));
          if (of == null
              || client.delegations.get() >= MOST_PER_CLIENT
              || !files.hasRoom(client)
              || !isFree(of, client, write)) {
            return Optional.empty();
          }
          State.Delegation given =
              new State.Delegation(client, files.number(client), of, write, change);
          files.add(given);
          of.delegations.add(given);
          client.delegations.incrementAndGet();
          count.incrementAndGet();
          perZone.computeIfAbsent(of.export.zone(), zone -> new AtomicInteger()).incrementAndGet();
          files.tellOpened(of, OpenMode.READ);
          return Optional.of(given);
        });
    return answer.orElse(null);
  }

  private boolean isFree(State.FileState of, Client client, boolean write) {
    Long called = shared.get(of.key());
    if (called != null && table.now() - called < UNWANTED_MILLIS) {
      return false;
    }
    for (State.Open open : of.opens) {
      boolean other = open.client != client;
      if (write ? other : (open.access & 2) != 0) {
        return false;
      }
    }
    for (State.Delegation held : of.delegations) {
      if (write || held.write || held.client == client || held.recalled != 0) {
        return false;
      }
    }
    return true;
  }

  // Taking back

  /** Whether any are held in a zone; spares looking closer. */
  boolean anyIn(UUID zone) {
    AtomicInteger held = perZone.get(zone);
    return held != null && held.get() > 0;
  }

  /**
   * Fails with DELAY while delegations of others are in the way of an access, and calls them back.
   */
  void require(Client client, Target.InZone file, boolean write) throws NfsException {
    if (!anyIn(file.export().zone())) {
      return;
    }
    List<State.Delegation> inTheWay = clear(client, file, write);
    if (!inTheWay.isEmpty()) {
      CompletableFuture<?>[] ends =
          inTheWay.stream().map(held -> held.ended).toArray(CompletableFuture[]::new);
      await(CompletableFuture.allOf(ends), MOMENT);
      inTheWay = clear(client, file, write);
    }
    if (!inTheWay.isEmpty()) {
      throw new NfsException(NfsStatus.DELAY);
    }
  }

  /**
   * Waits for something, if not too many wait already.
   *
   * @return null if it did not come in time, or nobody waited
   */
  <T> @Nullable T await(CompletableFuture<T> future, Duration most) {
    if (!waiters.tryAcquire()) {
      return null;
    }
    try {
      return future.get(most.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      return null;
    } finally {
      waiters.release();
    }
  }

  private List<State.Delegation> clear(Client client, Target.InZone file, boolean write)
      throws NfsException {
    return table.guarded(() -> {
      State.FileState of = files.find(FileStates.key(file));
      return of == null ? List.of() : inTheWay(of, client, write);
    });
  }

  /** As {@link #require}, under the lock, and without waiting. */
  void refuse(State.FileState of, Client client, boolean write) throws NfsException {
    if (!inTheWay(of, client, write).isEmpty()) {
      throw new NfsException(NfsStatus.DELAY);
    }
  }

  private List<State.Delegation> inTheWay(State.FileState of, Client client, boolean write) {
    List<State.Delegation> left = new ArrayList<>();
    for (State.Delegation held : List.copyOf(of.delegations)) {
      if (held.client == client) {
        held.touched |= write;
        continue;
      }
      if (!write && !held.write) {
        continue;
      }
      if (table.isExpired(held.client)) {
        table.drop(held.client);
      } else if (isOverdue(held)) {
        revoke(held);
      } else {
        recall(held);
        left.add(held);
      }
    }
    return left;
  }

  private boolean isOverdue(State.Delegation held) {
    return held.recalled != 0 && table.now() - held.recalled > table.leaseMillis();
  }

  /** Calls a delegation back, once; called under the lock. */
  private void recall(State.Delegation held) {
    if (held.recalled != 0) {
      return;
    }
    held.recalled = Math.max(1, table.now());
    held.client.recalled.incrementAndGet();
    shared.put(held.file.key(), held.recalled);
    if (shared.size() > MOST_REMEMBERED) {
      Iterator<Long> oldest = shared.values().iterator();
      oldest.next();
      oldest.remove();
    }
    table.later(() -> send(held, 1));
  }

  /**
   * Makes the call. A client that does not hear it, because its connection just broke or its own
   * port is busy, is called again until its time is over: it would lose what it would give back.
   */
  private void send(State.Delegation held, int attempt) {
    if (held.ended.isDone() || isOverdue(held)) {
      return;
    }
    CallbackPath path = held.client.path();
    if (path == null) {
      sendAgain(held, attempt);
      return;
    }
    byte[] handle = handles.of(held.file.export.zone(), held.file.id);
    var _ =
        path.call(
                CallbackPath.RECALL,
                out -> {
                  held.stateid().encode(out);
                  out.bool(false).opaque(handle);
                })
            .whenComplete((answer, failure) -> {
              boolean heard = failure == null && answer.status() == NfsStatus.OK.code();
              // One that answers, but so: it may not have heard of the delegation yet.
              if (!heard && (failure != null || attempt < TRIES)) {
                sendAgain(held, attempt);
              }
            });
  }

  private void sendAgain(State.Delegation held, int attempt) {
    CompletableFuture.delayedExecutor(Math.min(attempt, TRIES), TimeUnit.SECONDS)
        .execute(() -> send(held, attempt + 1));
  }

  /** Calls back what clients hold of a file that changed elsewhere. */
  private void changed(FileStates.FileKey key) {
    try {
      table.guarded(() -> {
        State.FileState of = files.find(key);
        if (of != null) {
          for (State.Delegation held : of.delegations) {
            held.stale = true;
            recall(held);
          }
        }
        return key;
      });
    } catch (NfsException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether a file's delegations are worth calling back; needs no lock. */
  boolean isHeld(FileStates.FileKey key) {
    State.FileState of = files.find(key);
    return of != null && !of.delegations.isEmpty();
  }

  /** Notes that a client changes a file itself, of which it may hold a delegation. */
  void touched(Client client, Target.InZone file) {
    State.FileState of = files.find(FileStates.key(file));
    if (of != null) {
      for (State.Delegation held : of.delegations) {
        held.touched |= held.client == client;
      }
    }
  }

  /**
   * The change attribute of a file as a client may see it. One who holds a delegation takes every
   * change that it sees for its own and keeps what it has cached; so a change from elsewhere is not
   * shown to it before it has given the delegation back.
   *
   * @param client who asks; nobody, in minor version 0: whoever is at the address
   */
  long shown(Client client, InetAddress address, Target.InZone file, long change) {
    State.FileState of = anyIn(file.export().zone()) ? files.find(FileStates.key(file)) : null;
    if (of == null) {
      return change;
    }
    for (State.Delegation held : of.delegations) {
      boolean nameless = client == Client.NOBODY && held.client.address().equals(address);
      if (held.client != client && !nameless) {
        continue;
      }
      if (!held.touched && change != held.change) {
        watch.note(of.key());
        return held.change;
      }
      if (held.stale) {
        return change - 1;
      }
    }
    return change;
  }

  // Ending

  /** Takes a delegation that its client gives back. */
  void takeBack(Client client, Stateid stateid, Target.InZone file) throws NfsException {
    table.guarded(() -> {
      if (!(files.find(client, stateid) instanceof State.Delegation held)
          || !FileStates.isOf(held, file)) {
        throw new NfsException(NfsStatus.BAD_STATEID);
      }
      drop(held);
      return held;
    });
  }

  /** The delegation of this client that a stateid names. */
  State.Delegation held(Client client, Stateid stateid) throws NfsException {
    if (files.find(client, stateid) instanceof State.Delegation held) {
      return held;
    }
    throw new NfsException(NfsStatus.BAD_STATEID);
  }

  private void revoke(State.Delegation held) {
    if (!held.client.sessionless) {
      held.client.revoked.add(held.number);
    }
    drop(held);
  }

  /** Ends a delegation; called under the lock. */
  void drop(State.Delegation held) {
    files.remove(held);
    held.file.delegations.remove(held);
    files.forgetIfIdle(held.file);
    held.client.delegations.decrementAndGet();
    if (held.recalled != 0) {
      held.client.recalled.decrementAndGet();
    }
    count.decrementAndGet();
    AtomicInteger zone = perZone.get(held.file.export.zone());
    if (zone != null) {
      zone.decrementAndGet();
    }
    files.tellClosed(held.file, OpenMode.READ);
    table.later(() -> held.ended.complete(true));
  }

  /** Revokes what a client did not give back in time, so that it learns of it. */
  void revokeOverdue(Client client) throws NfsException {
    if (client.recalled.get() == 0) {
      return;
    }
    table.guarded(() -> {
      for (State state : List.copyOf(client.states.values())) {
        if (state instanceof State.Delegation held && isOverdue(held)) {
          revoke(held);
        }
      }
      return client;
    });
  }

  /** Stops listening to zones. */
  void close() {
    watch.close();
  }

  // Looking at what another may write

  /** The delegation to write a file that another than this client holds. */
  State.@Nullable Delegation writer(Client client, Target.InZone file) throws NfsException {
    if (!anyIn(file.export().zone())) {
      return null;
    }
    Optional<State.Delegation> answer =
        table.guarded(() -> {
          State.FileState of = files.find(FileStates.key(file));
          if (of != null) {
            for (State.Delegation held : of.delegations) {
              if (held.write && held.client != client && held.recalled == 0) {
                return Optional.of(held);
              }
            }
          }
          return Optional.<State.Delegation>empty();
        });
    return answer.orElse(null);
  }

  /** The change attribute of a file at the moment. */
  private static long change(Target.InZone file) throws ZoneException {
    return file.export()
        .files()
        .getattr(org.grapevinefs.replication.fs.Caller.SYSTEM, file.file())
        .change();
  }
}
