// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.index;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.grapevinefs.replication.core.ReplicaStore;
import org.grapevinefs.replication.core.Table;
import org.jspecify.annotations.Nullable;

/**
 * The first rows of a table, in memory as well.
 *
 * <p>Some tables are queues: a row goes in to be taken out soon. RocksDB keeps a mark of each row
 * taken out until it next merges its files, and whoever looks for the first row walks over all the
 * marks, each time. Here they are gone at once. A queue longer than the window lies in RocksDB
 * alone from the window's end on, and moves up as the window empties. Thread-safe.
 */
final class Window {

  private static final int PAGE = 1_024;

  private final int most;
  private final TreeMap<byte[], byte[]> rows = new TreeMap<>(Arrays::compareUnsigned);

  /** The last key of which the window can tell whether it is there; null: it has them all. */
  private byte @Nullable [] end = new byte[0];

  /** A way into the whole table. */
  @FunctionalInterface
  interface Rows {
    ReplicaStore.Cursor from(byte[] key);
  }

  Window(int most) {
    this.most = most;
  }

  private boolean covers(byte[] key) {
    return end == null || Arrays.compareUnsigned(key, end) <= 0;
  }

  /** Follows a change of the table, which was made already. */
  synchronized void apply(byte[] key, byte @Nullable [] value) {
    if (value == null) {
      rows.remove(key);
    } else if (covers(key)) {
      rows.put(key, value);
      if (rows.size() > most) {
        rows.pollLastEntry();
        end = rows.lastKey();
      }
    }
  }

  /** Moves up if the window has become empty enough. */
  synchronized void refill(Rows table) {
    byte[] from = end;
    if (from == null || rows.size() > most / 4) {
      return;
    }
    try (ReplicaStore.Cursor cursor = table.from(from.length == 0 ? from : after(from))) {
      while (rows.size() < most / 2) {
        if (!cursor.next()) {
          end = null;
          return;
        }
        byte[] key = cursor.key();
        rows.put(key, cursor.value());
        end = key;
      }
    }
  }

  /** The value of a key; null if it has none. */
  byte @Nullable [] get(byte[] key, ReplicaStore.Reader whole, Table table) {
    synchronized (this) {
      if (covers(key)) {
        byte[] value = rows.get(key);
        return value == null ? null : value.clone();
      }
    }
    return whole.get(table, key);
  }

  /** The rows from a key on that start with a prefix. */
  ReplicaStore.Cursor scan(byte[] prefix, byte[] from, Rows table) {
    return new Walk(prefix, from, table);
  }

  /** Some rows in order; whether the window ends after them and the table may go on. */
  private record Page(List<Map.Entry<byte[], byte[]>> rows, boolean goesOn) {}

  private synchronized Page page(byte[] from) {
    List<Map.Entry<byte[], byte[]>> page = new ArrayList<>();
    for (Map.Entry<byte[], byte[]> row : rows.tailMap(from, true).entrySet()) {
      if (page.size() == PAGE) {
        break;
      }
      page.add(Map.entry(row.getKey(), row.getValue()));
    }
    return new Page(page, end != null);
  }

  private static byte[] after(byte[] key) {
    return Arrays.copyOf(key, key.length + 1);
  }

  private final class Walk implements ReplicaStore.Cursor {

    private final byte[] prefix;
    private final Rows table;
    private byte[] from;
    private Page page;
    private int at = -1;
    private ReplicaStore.@Nullable Cursor beyond;

    Walk(byte[] prefix, byte[] from, Rows table) {
      this.prefix = prefix;
      this.from = from;
      this.table = table;
      this.page = page(from);
    }

    @Override
    public boolean next() {
      if (beyond != null) {
        return beyond.next();
      }
      at++;
      if (at == page.rows.size() && at > 0) {
        page = page(from);
        at = 0;
      }
      if (at < page.rows.size()) {
        from = after(page.rows.get(at).getKey());
        return startsWith(page.rows.get(at).getKey());
      }
      at = page.rows.size() - 1;
      if (!page.goesOn) {
        return false;
      }
      beyond = table.from(from);
      return beyond.next();
    }

    private boolean startsWith(byte[] key) {
      return key.length >= prefix.length
          && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    @Override
    public byte[] key() {
      return beyond != null ? beyond.key() : page.rows.get(at).getKey().clone();
    }

    @Override
    public byte[] value() {
      return beyond != null ? beyond.value() : page.rows.get(at).getValue().clone();
    }

    @Override
    public void close() {
      if (beyond != null) {
        beyond.close();
      }
    }
  }
}
