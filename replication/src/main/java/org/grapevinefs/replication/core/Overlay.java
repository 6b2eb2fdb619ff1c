// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A batch in the making that can be read as if it were already applied. Not thread-safe. */
final class Overlay implements ReplicaStore.Reader {

  private final ReplicaStore.Reader base;
  private final Map<Table, NavigableMap<byte[], Optional<byte[]>>> changes =
      new EnumMap<>(Table.class);

  /** What was read from below: only this transaction writes, so it stays true until its end. */
  private final Map<Table, NavigableMap<byte[], Optional<byte[]>>> read =
      new EnumMap<>(Table.class);

  Overlay(ReplicaStore.Reader base) {
    this.base = base;
  }

  void put(Table table, byte[] key, byte[] value) {
    table(table).put(key, Optional.of(value));
  }

  void delete(Table table, byte[] key) {
    table(table).put(key, Optional.empty());
  }

  private NavigableMap<byte[], Optional<byte[]>> table(Table table) {
    return changes.computeIfAbsent(table, t -> new TreeMap<>(Arrays::compareUnsigned));
  }

  Batch toBatch() {
    Batch batch = new Batch();
    changes.forEach((table, map) ->
        map.forEach((key, value) -> {
          if (value.isPresent()) {
            batch.put(table, key, value.get());
          } else {
            batch.delete(table, key);
          }
        }));
    return batch;
  }

  @Override
  public byte @Nullable [] get(Table table, byte[] key) {
    NavigableMap<byte[], Optional<byte[]>> map = changes.get(table);
    Optional<byte[]> changed = map == null ? null : map.get(key);
    if (changed == null) {
      changed =
          read.computeIfAbsent(table, t -> new TreeMap<>(Arrays::compareUnsigned))
              .computeIfAbsent(key, k -> Optional.ofNullable(base.get(table, k)));
    }
    return changed.isPresent() ? changed.get() : null;
  }

  @Override
  public ReplicaStore.Cursor scan(Table table, byte[] prefix, byte[] from) {
    NavigableMap<byte[], Optional<byte[]>> map = changes.get(table);
    ReplicaStore.Cursor below = base.scan(table, prefix, from);
    if (map == null) {
      return below;
    }
    byte[] first = map.ceilingKey(from);
    if (first == null || !MemoryStore.startsWith(first, prefix)) {
      return below;
    }
    return new Merged(map, below, prefix, from);
  }

  /** Both in order; where a key is in both, the change counts. */
  private static final class Merged implements ReplicaStore.Cursor {
    private final NavigableMap<byte[], Optional<byte[]>> map;
    private final ReplicaStore.Cursor below;
    private final byte[] prefix;
    private byte @Nullable [] upper;
    private boolean belowHas;
    private byte[] key = new byte[0];
    private byte[] value = new byte[0];

    Merged(
        NavigableMap<byte[], Optional<byte[]>> map,
        ReplicaStore.Cursor below,
        byte[] prefix,
        byte[] from) {
      this.map = map;
      this.below = below;
      this.prefix = prefix;
      this.upper = inPrefix(map.ceilingKey(from));
      this.belowHas = below.next();
    }

    private byte @Nullable [] inPrefix(byte @Nullable [] candidate) {
      return candidate != null && MemoryStore.startsWith(candidate, prefix) ? candidate : null;
    }

    @Override
    public boolean next() {
      while (true) {
        byte[] up = upper;
        if (up == null) {
          return belowHas && takeBelow();
        }
        int order = belowHas ? Arrays.compareUnsigned(up, below.key()) : -1;
        if (order > 0) {
          return takeBelow();
        }
        if (order == 0) {
          belowHas = below.next();
        }
        Optional<byte[]> changed = map.get(up);
        upper = inPrefix(map.higherKey(up));
        if (changed != null && changed.isPresent()) {
          key = up;
          value = changed.get();
          return true;
        }
      }
    }

    private boolean takeBelow() {
      key = below.key();
      value = below.value();
      belowHas = below.next();
      return true;
    }

    @Override
    public byte[] key() {
      return key;
    }

    @Override
    public byte[] value() {
      return value;
    }

    @Override
    public void close() {
      below.close();
    }
  }
}
