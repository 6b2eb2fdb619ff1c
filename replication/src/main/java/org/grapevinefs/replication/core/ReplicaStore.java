// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import org.jspecify.annotations.Nullable;

/**
 * Where a replica keeps its index: ordered tables of bytes, changed by atomic batches. Readers may
 * come from any thread; commits from one at a time.
 */
public interface ReplicaStore extends AutoCloseable {

  /** Reads of one state. */
  interface Reader {

    /** The value of a key; null if it has none. The array is the caller's. */
    byte @Nullable [] get(Table table, byte[] key);

    /** The entries whose keys start with {@code prefix}, from the key {@code from} on, in order. */
    Cursor scan(Table table, byte[] prefix, byte[] from);

    /** The entries whose keys start with {@code prefix}, in order. */
    default Cursor scan(Table table, byte[] prefix) {
      return scan(table, prefix, prefix);
    }
  }

  /** A walk over entries. Closed by its user; not thread-safe. */
  interface Cursor extends AutoCloseable {

    /** Goes to the next entry, at first the first one; false at the end. */
    boolean next();

    /** The key here. */
    byte[] key();

    /** The value here. */
    byte[] value();

    @Override
    void close();
  }

  /** A state that later commits do not change. Closed by its user; readable from any thread. */
  interface Snapshot extends Reader, AutoCloseable {
    @Override
    void close();
  }

  /** The current state; each read sees the commits before it. */
  Reader reader();

  /** The current state, held. */
  Snapshot snapshot();

  /** Applies a batch as one; with {@code sync} it is on disk, with all before it, on return. */
  void commit(Batch batch, boolean sync);

  /** Applies a batch that may be lost again: {@link #sync} need not bring it to disk. */
  default void note(Batch batch) {
    commit(batch, false);
  }

  /** Brings every commit so far to disk. */
  void sync();

  /** Whether every commit so far is known to be on disk. */
  default boolean isSynced() {
    return false;
  }

  @Override
  void close();
}
