// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.grapevinefs.replication.core.Batch;
import org.grapevinefs.replication.core.ReplicaStore;
import org.grapevinefs.replication.core.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that stops while peers read: that must not end the process in native code. */
class RocksStoreCloseTest {

  private static final int ROWS = 2_000;

  @TempDir Path folder;

  private RocksStore filled() throws Exception {
    RocksStore store = RocksStore.open(folder.resolve("index"));
    for (int i = 0; i < ROWS; i++) {
      Batch batch = new Batch();
      batch.put(Table.INODE, key(i), new byte[100]);
      batch.put(Table.PENDING, key(i), new byte[] {1});
      store.commit(batch, false);
    }
    return store;
  }

  private static byte[] key(int i) {
    return new byte[] {(byte) (i >> 8), (byte) i};
  }

  @Test
  void close_whileOthersReadAndWrite_tellsThem() throws Exception {
    RocksStore store = filled();
    List<Callable<Object>> uses =
        List.of(
            () -> store.reader().get(Table.INODE, key(7)),
            () -> walked(store.reader()),
            () -> {
              try (ReplicaStore.Snapshot snapshot = store.snapshot()) {
                return walked(snapshot);
              }
            },
            () -> {
              Batch batch = new Batch();
              batch.put(Table.PENDING, key(3), new byte[] {2});
              store.commit(batch, false);
              store.sync();
              return store;
            });
    CountDownLatch begun = new CountDownLatch(uses.size());
    try (ExecutorService threads = Executors.newFixedThreadPool(uses.size())) {
      List<Future<Throwable>> ends = new ArrayList<>();
      for (Callable<Object> use : uses) {
        ends.add(threads.submit(() -> until(use, begun)));
      }
      begun.await();
      store.close();
      for (Future<Throwable> end : ends) {
        assertThat(end.get(30, TimeUnit.SECONDS))
            .isInstanceOf(IndexFailure.class)
            .hasMessageContaining("closed");
      }
    }
  }

  /** Uses it until that fails. */
  private static Throwable until(Callable<Object> use, CountDownLatch begun) throws Exception {
    use.call();
    begun.countDown();
    while (true) {
      try {
        use.call();
      } catch (IndexFailure e) {
        return e;
      }
    }
  }

  private static int walked(ReplicaStore.Reader reader) {
    int rows = 0;
    try (ReplicaStore.Cursor cursor = reader.scan(Table.INODE, new byte[0])) {
      while (cursor.next()) {
        rows += cursor.key().length + cursor.value().length;
      }
    }
    return rows;
  }

  @Test
  void close_withCursorAndSnapshotOpen_closesThem() throws Exception {
    RocksStore store = filled();
    ReplicaStore.Snapshot snapshot = store.snapshot();
    ReplicaStore.Cursor cursor = snapshot.scan(Table.INODE, new byte[0]);
    assertThat(cursor.next()).isTrue();
    store.close();
    assertThatThrownBy(cursor::next).isInstanceOf(IndexFailure.class);
    assertThatThrownBy(() -> snapshot.get(Table.INODE, key(1))).isInstanceOf(IndexFailure.class);
    cursor.close();
    snapshot.close();
    store.close();
  }
}
