// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.function.LongSupplier;
import org.grapevinefs.replication.core.FileId;
import org.jspecify.annotations.Nullable;

/**
 * The files in use, by id. Those that nobody has open and nothing was written to are let go, oldest
 * first.
 */
final class OpenStates {

  private final ConcurrentHashMap<FileId, OpenState> states = new ConcurrentHashMap<>();
  private final int most;
  private final LongSupplier nanoTime;

  OpenStates(int most, LongSupplier nanoTime) {
    this.most = most;
    this.nanoTime = nanoTime;
  }

  /** A state locked for the time of one piece of work. */
  record Held(OpenState state, Lock lock) implements AutoCloseable {
    @Override
    public void close() {
      lock.unlock();
    }
  }

  /** The state of a file, locked with others who only read. */
  Held shared(FileId id) {
    return locked(id, false);
  }

  /** The state of a file, locked against all others. */
  Held alone(FileId id) {
    return locked(id, true);
  }

  /** The state of a file locked against all others, if nobody has it; never waits. */
  @Nullable Held tryAlone(FileId id) {
    OpenState state = states.computeIfAbsent(id, OpenState::new);
    Lock lock = state.lock.writeLock();
    if (!lock.tryLock()) {
      return null;
    }
    if (state.isRetired()) {
      lock.unlock();
      return null;
    }
    state.used(nanoTime.getAsLong());
    return new Held(state, lock);
  }

  @SuppressWarnings("LockNotBeforeTry") // the lock goes to the caller, who closes what holds it
  private Held locked(FileId id, boolean alone) {
    while (true) {
      OpenState state = states.computeIfAbsent(id, OpenState::new);
      Lock lock = alone ? state.lock.writeLock() : state.lock.readLock();
      lock.lock();
      if (!state.isRetired()) {
        state.used(nanoTime.getAsLong());
        return new Held(state, lock);
      }
      lock.unlock();
      states.remove(id, state);
    }
  }

  /** The state of a file if there is one. */
  @Nullable OpenState find(FileId id) {
    return states.get(id);
  }

  /** Those with something written since their last version. */
  List<OpenState> dirty() {
    return states.values().stream().filter(state -> state.dirty != null).toList();
  }

  /** Whether anything was written since its last version. */
  boolean hasDirty() {
    return states.values().stream().anyMatch(state -> state.dirty != null);
  }

  /** Files without a name that nobody has open any more. */
  List<OpenState> ended() {
    return states.values().stream().filter(state -> state.gone != null && !state.isOpen()).toList();
  }

  /** Lets go of files not in use until no more than allowed are kept. */
  void trim() throws IOException {
    int over = states.size() - most;
    if (over <= 0) {
      return;
    }
    List<OpenState> idle = new ArrayList<>(states.values());
    idle.removeIf(state -> state.isOpen() || state.dirty != null);
    idle.sort(Comparator.comparingLong(OpenState::lastUse));
    for (OpenState state : idle.subList(0, Math.min(over + most / 8, idle.size()))) {
      release(state, false);
    }
  }

  /** Lets go of one file, if nobody is at work on it. */
  void release(OpenState state, boolean force) throws IOException {
    if (state.lock.isWriteLockedByCurrentThread()) {
      if (state.retire(force)) {
        states.remove(state.id, state);
      }
      return;
    }
    Lock lock = state.lock.writeLock();
    if (!lock.tryLock()) {
      return;
    }
    try {
      if (state.retire(force)) {
        states.remove(state.id, state);
      }
    } finally {
      lock.unlock();
    }
  }

  /** How many are kept. */
  int size() {
    return states.size();
  }

  /** Lets go of all. */
  void close() throws IOException {
    for (OpenState state : List.copyOf(states.values())) {
      state.retire(true);
    }
    states.clear();
  }
}
