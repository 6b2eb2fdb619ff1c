// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.grapevinefs.replication.core.Batch;
import org.grapevinefs.replication.core.MemoryStore;
import org.grapevinefs.replication.core.ReplicaStore;
import org.grapevinefs.replication.core.Table;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** What every {@link ReplicaStore} promises, asked of both. */
class ReplicaStoreTest {

  @TempDir Path folder;

  @TestFactory
  List<DynamicTest> everyStore() {
    List<DynamicTest> tests = new ArrayList<>();
    add(tests, "get_afterCommit_returnsValue", ReplicaStoreTest::getAfterCommit);
    add(tests, "scan_prefix_staysInside", ReplicaStoreTest::scanStaysInside);
    add(tests, "scan_from_startsThere", ReplicaStoreTest::scanFrom);
    add(tests, "snapshot_laterCommit_isNotSeen", ReplicaStoreTest::snapshotIsHeld);
    add(tests, "commit_deletes_takesOut", ReplicaStoreTest::deletes);
    return tests;
  }

  private void add(List<DynamicTest> tests, String name, Consumer<ReplicaStore> check) {
    tests.add(
        DynamicTest.dynamicTest(
            name + " memory",
            () -> {
              try (ReplicaStore store = new MemoryStore()) {
                check.accept(store);
              }
            }));
    tests.add(
        DynamicTest.dynamicTest(
            name + " rocks",
            () -> {
              try (ReplicaStore store = RocksStore.open(folder.resolve(name))) {
                check.accept(store);
              }
            }));
  }

  private static void getAfterCommit(ReplicaStore store) {
    store.commit(new Batch().put(Table.META, bytes("a"), bytes("1")), false);
    assertThat(store.reader().get(Table.META, bytes("a"))).isEqualTo(bytes("1"));
    assertThat(store.reader().get(Table.INODE, bytes("a"))).isNull();
  }

  private static void scanStaysInside(ReplicaStore store) {
    fill(store, "a1", "b1", "b2", "c1");
    assertThat(keys(store.reader(), "b", "b")).containsExactly("b1", "b2");
  }

  private static void scanFrom(ReplicaStore store) {
    fill(store, "b1", "b2", "b3");
    assertThat(keys(store.reader(), "b", "b2")).containsExactly("b2", "b3");
  }

  private static void snapshotIsHeld(ReplicaStore store) {
    fill(store, "a1");
    try (ReplicaStore.Snapshot snapshot = store.snapshot()) {
      fill(store, "a2");
      assertThat(keys(snapshot, "a", "a")).containsExactly("a1");
      assertThat(keys(store.reader(), "a", "a")).containsExactly("a1", "a2");
    }
  }

  private static void deletes(ReplicaStore store) {
    fill(store, "a1", "a2");
    store.commit(new Batch().delete(Table.CHILD, bytes("a1")), true);
    assertThat(keys(store.reader(), "a", "a")).containsExactly("a2");
  }

  @Test
  void open_again_findsWhatWasCommitted() throws IOException {
    try (ReplicaStore store = RocksStore.open(folder.resolve("again"))) {
      fill(store, "a1");
    }
    try (ReplicaStore store = RocksStore.open(folder.resolve("again"))) {
      assertThat(keys(store.reader(), "", "")).containsExactly("a1");
    }
  }

  @Test
  void open_withoutATable_makesIt() throws Exception {
    Path old = folder.resolve("old");
    try (ReplicaStore store = RocksStore.open(old)) {
      fill(store, "a1");
    }
    drop(old, "witness");
    try (ReplicaStore store = RocksStore.open(old)) {
      assertThat(keys(store.reader(), "", "")).containsExactly("a1");
      assertThat(store.reader().get(Table.WITNESS, bytes("a1"))).isNull();
      store.commit(new Batch().put(Table.WITNESS, bytes("a1"), bytes("1")), true);
      assertThat(store.reader().get(Table.WITNESS, bytes("a1"))).isEqualTo(bytes("1"));
    }
  }

  /** Takes a table out, as if the index were of an earlier release. */
  private static void drop(Path index, String table) throws RocksDBException {
    List<ColumnFamilyDescriptor> families = new ArrayList<>();
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try (Options options = new Options()) {
      for (byte[] name : RocksDB.listColumnFamilies(options, index.toString())) {
        families.add(new ColumnFamilyDescriptor(name));
      }
    }
    try (RocksDB database = RocksDB.open(index.toString(), families, handles)) {
      for (ColumnFamilyHandle handle : handles) {
        if (new String(handle.getName(), StandardCharsets.UTF_8).equals(table)) {
          database.dropColumnFamily(handle);
        }
      }
      handles.forEach(ColumnFamilyHandle::close);
    }
    assertThat(families).hasSize(Table.values().length + 1);
  }

  @Test
  void open_inUse_saysWhere() throws IOException {
    Path used = folder.resolve("used");
    try (ReplicaStore store = RocksStore.open(used)) {
      assertThat(store).isNotNull();
      assertThatThrownBy(() -> RocksStore.open(used))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(used.toString());
    }
  }

  private static void fill(ReplicaStore store, String... keys) {
    Batch batch = new Batch();
    for (String key : keys) {
      batch.put(Table.CHILD, bytes(key), bytes("x"));
    }
    store.commit(batch, false);
  }

  private static List<String> keys(ReplicaStore.Reader reader, String prefix, String from) {
    List<String> keys = new ArrayList<>();
    try (ReplicaStore.Cursor cursor = reader.scan(Table.CHILD, bytes(prefix), bytes(from))) {
      while (cursor.next()) {
        keys.add(new String(cursor.key(), StandardCharsets.UTF_8));
      }
    }
    return keys;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
