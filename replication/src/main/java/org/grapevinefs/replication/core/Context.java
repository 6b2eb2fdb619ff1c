// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/** What the parts of a replica share. Used by one thread at a time. */
final class Context {

  final ReplicaStore store;
  final Reads reads;
  final String self;
  final InstantSource time;
  final RandomGenerator random;
  final Limits limits;
  final Map<FileId, Timestamp> dirtyDirectories = new HashMap<>();
  final InodeCache inodes = new InodeCache();
  private final RowCache rows = new RowCache();
  private final Listings listings = new Listings();
  HybridClock clock;
  State state;

  Context(
      ReplicaStore store,
      String self,
      InstantSource time,
      RandomGenerator random,
      Limits limits,
      State state) {
    this.store = store;
    this.reads = new Reads(store.reader(), () -> this.state.conflicts > 0, rows, listings);
    this.self = self;
    this.time = time;
    this.random = random;
    this.limits = limits;
    this.state = state;
    this.clock = new HybridClock(time, state.clock);
  }

  Transaction begin() {
    return new Transaction(store.reader(), state, inodes, rows);
  }

  void commit(Transaction tx, boolean sync) {
    tx.state.clock = clock.last();
    store.commit(tx.toBatch(), sync);
    inodes.follow(tx.touched());
    rows.follow(tx.changes());
    listings.forget(tx.relisted());
    state = tx.state;
  }

  Timestamp now() {
    return Timestamp.micros(time.instant());
  }

  /** A change attribute that this replica never gave before, nor will any of another origin. */
  long nextTick(State of) {
    long micros = HybridClock.of(time.instant()) >> 10;
    long last = of.tick >> 10;
    of.tick = (Math.max(micros, last + 1) << 10) | (of.origin.value() & 1023);
    return of.tick;
  }

  void touch(Transaction tx, FileId id) {
    tx.touch(id, nextTick(tx.state));
  }

  /** Notes that a directory's listing changed: its tick now, its time with the next version. */
  void touchDirectory(Transaction tx, FileId directory, Timestamp when) {
    touch(tx, directory);
    if (dirtyDirectories.put(directory, when) == null) {
      tx.mark(Table.DIRTY, directory, true);
    }
  }

  void takeOrigin(State of) {
    of.origin = Origin.random(random);
    of.bytesOnDisk = 0;
    Map<Origin, String> names = new HashMap<>(of.names);
    names.put(of.origin, self);
    of.names = State.names(names);
  }
}
