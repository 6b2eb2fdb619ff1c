// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A {@link ReplicaStore} in memory, for tests and the simulator. It remembers which commits were
 * synced, so that a crash can take the others away. Thread-safe.
 */
public final class MemoryStore implements ReplicaStore {

  private static final class State {
    final Map<Table, NavigableMap<byte[], byte[]>> tables = new EnumMap<>(Table.class);

    State() {
      for (Table table : Table.values()) {
        tables.put(table, new TreeMap<>(Arrays::compareUnsigned));
      }
    }

    State(State other) {
      other.tables.forEach((table, map) -> tables.put(table, new TreeMap<>(map)));
    }

    NavigableMap<byte[], byte[]> table(Table table) {
      return java.util.Objects.requireNonNull(tables.get(table));
    }

    void apply(Batch batch) {
      for (Batch.Change change : batch.changes()) {
        byte[] value = change.value();
        if (value == null) {
          table(change.table()).remove(change.key());
        } else {
          table(change.table()).put(change.key(), value);
        }
      }
    }
  }

  private final State durable;
  private final Deque<Batch> unsynced = new ArrayDeque<>();
  private State current;
  private boolean shared;

  /** An empty store. */
  public MemoryStore() {
    this(new State());
  }

  private MemoryStore(State durable) {
    this.durable = durable;
    this.current = new State(durable);
  }

  /** The number of commits that a crash now could take away. */
  public synchronized int unsynced() {
    return unsynced.size();
  }

  /**
   * What a crash leaves: the synced commits, and of the others the first {@code kept}, as a log
   * that was cut somewhere. This store is not changed.
   */
  public synchronized MemoryStore crash(int kept) {
    State left = new State(durable);
    unsynced.stream().limit(kept).forEach(left::apply);
    return new MemoryStore(left);
  }

  /** A copy of all, as a restored backup would be. */
  public synchronized MemoryStore copy() {
    return new MemoryStore(new State(current));
  }

  @Override
  public Reader reader() {
    return new StateReader(null);
  }

  @Override
  public synchronized Snapshot snapshot() {
    shared = true;
    return new StateReader(current);
  }

  @Override
  public synchronized void commit(Batch batch, boolean sync) {
    if (shared) {
      current = new State(current);
      shared = false;
    }
    current.apply(batch);
    unsynced.add(batch);
    if (sync) {
      sync();
    }
  }

  @Override
  public synchronized void sync() {
    unsynced.forEach(durable::apply);
    unsynced.clear();
  }

  @Override
  public void close() {}

  private synchronized byte @Nullable [] get(State state, Table table, byte[] key) {
    byte[] value = state.table(table).get(key);
    return value == null ? null : value.clone();
  }

  private synchronized Map.@Nullable Entry<byte[], byte[]> after(
      State state, Table table, byte[] key, boolean inclusive) {
    NavigableMap<byte[], byte[]> map = state.table(table);
    return inclusive ? map.ceilingEntry(key) : map.higherEntry(key);
  }

  /** Reads of a held state, or (null) of whatever is current at each read. */
  private final class StateReader implements Snapshot {
    private final @Nullable State held;

    StateReader(@Nullable State held) {
      this.held = held;
    }

    private State state() {
      synchronized (MemoryStore.this) {
        return held == null ? current : held;
      }
    }

    @Override
    public byte @Nullable [] get(Table table, byte[] key) {
      return MemoryStore.this.get(state(), table, key);
    }

    @Override
    public Cursor scan(Table table, byte[] prefix, byte[] from) {
      return new Walk(state(), table, prefix, from);
    }

    @Override
    public void close() {}
  }

  private final class Walk implements Cursor {
    private final State state;
    private final Table table;
    private final byte[] prefix;
    private byte[] at;
    private boolean started;
    private Map.@Nullable Entry<byte[], byte[]> entry;

    Walk(State state, Table table, byte[] prefix, byte[] from) {
      this.state = state;
      this.table = table;
      this.prefix = prefix;
      this.at = from;
    }

    @Override
    public boolean next() {
      entry = after(state, table, at, !started);
      started = true;
      if (entry == null || !startsWith(entry.getKey(), prefix)) {
        entry = null;
        return false;
      }
      at = entry.getKey();
      return true;
    }

    @Override
    public byte[] key() {
      return here().getKey().clone();
    }

    @Override
    public byte[] value() {
      return here().getValue().clone();
    }

    private Map.Entry<byte[], byte[]> here() {
      Map.Entry<byte[], byte[]> now = entry;
      if (now == null) {
        throw new IllegalStateException("no entry here");
      }
      return now;
    }

    @Override
    public void close() {}
  }

  static boolean startsWith(byte[] key, byte[] prefix) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }
}
