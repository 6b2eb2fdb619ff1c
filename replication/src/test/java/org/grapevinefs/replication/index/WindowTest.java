// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.grapevinefs.replication.core.Batch;
import org.grapevinefs.replication.core.MemoryStore;
import org.grapevinefs.replication.core.ReplicaStore;
import org.grapevinefs.replication.core.Table;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A window must show what the table holds, wherever it ends. */
class WindowTest {

  private static final byte[] ALL = {};

  private final MemoryStore table = new MemoryStore();

  private ReplicaStore.Cursor from(byte[] key) {
    return table.reader().scan(Table.DIRTY, ALL, key);
  }

  private void change(Window window, int key, boolean in) {
    byte[] bytes = {(byte) (key >> 8), (byte) key};
    Batch batch = new Batch();
    table.commit(
        in ? batch.put(Table.DIRTY, bytes, bytes) : batch.delete(Table.DIRTY, bytes), true);
    window.apply(bytes, in ? bytes : null);
    window.refill(this::from);
  }

  private static List<Integer> keys(ReplicaStore.Cursor cursor) {
    List<Integer> keys = new ArrayList<>();
    try (cursor) {
      while (cursor.next()) {
        keys.add(((cursor.key()[0] & 255) << 8) | (cursor.key()[1] & 255));
        assertThat(cursor.value()).isEqualTo(cursor.key());
      }
    }
    return keys;
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 16, 64, 10_000})
  void scanAndGet_afterAnyChanges_showTheTable(int most) {
    Random random = new Random(most);
    for (int key = 0; key < 20; key++) {
      byte[] bytes = {0, (byte) (key * 7)};
      table.commit(new Batch().put(Table.DIRTY, bytes, bytes), true);
    }
    Window window = new Window(most);
    window.refill(this::from);
    for (int i = 0; i < 5_000; i++) {
      // Queues fill up and run empty by turns.
      change(window, random.nextInt(3_000), random.nextInt(100) < (i / 1_000 % 2 == 0 ? 80 : 20));
      if (i % 50 == 0) {
        byte[] from = {(byte) random.nextInt(12), (byte) random.nextInt(256)};
        byte[] start = random.nextBoolean() ? ALL : from;
        byte[] prefix = random.nextBoolean() ? ALL : new byte[] {from[0]};
        byte[] begin = prefix.length == 0 ? start : from;
        assertThat(keys(window.scan(prefix, begin, this::from)).stream().filter(k -> in(k, prefix)))
            .containsExactlyElementsOf(keys(table.reader().scan(Table.DIRTY, prefix, begin)));
        assertThat(window.get(from, table.reader(), Table.DIRTY))
            .isEqualTo(table.reader().get(Table.DIRTY, from));
      }
    }
  }

  private static boolean in(int key, byte[] prefix) {
    return prefix.length == 0 || (key >> 8) == prefix[0];
  }
}
