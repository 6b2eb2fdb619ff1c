// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.sim;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import org.grapevinefs.replication.core.Batch;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.MemoryStore;
import org.grapevinefs.replication.core.ReplicaStore;
import org.grapevinefs.replication.core.Table;
import org.grapevinefs.replication.proto.StateRecord;

/** A store in memory that tells which inodes its commits touched, and may only pretend to sync. */
final class TapStore implements ReplicaStore {

  private final MemoryStore store;
  private final boolean pretends;
  private final Runnable onSync;
  private final Set<FileId> touched = new LinkedHashSet<>();

  TapStore(MemoryStore store, boolean pretends, Runnable onSync) {
    this.store = store;
    this.pretends = pretends;
    this.onSync = onSync;
  }

  MemoryStore memory() {
    return store;
  }

  /** Writes into the index that its replica was stopped cleanly, though it was not. */
  void pretendCleanStop() {
    byte[] key = {'S'};
    byte[] row = store.reader().get(Table.META, key);
    if (row != null) {
      try {
        var record = StateRecord.parseFrom(ByteString.copyFrom(row, 1, row.length - 1));
        ByteString clean = record.toBuilder().setClean(true).build().toByteString();
        byte[] written = Arrays.copyOf(row, 1 + clean.size());
        clean.copyTo(written, 1);
        store.commit(new Batch().put(Table.META, key, written), true);
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException("the replica's row has another form now", e);
      }
    }
  }

  /** The inodes touched since the last call. */
  Set<FileId> takeTouched() {
    Set<FileId> taken = new LinkedHashSet<>(touched);
    touched.clear();
    return taken;
  }

  @Override
  public Reader reader() {
    return store.reader();
  }

  @Override
  public Snapshot snapshot() {
    return store.snapshot();
  }

  @Override
  public void commit(Batch batch, boolean sync) {
    for (Batch.Change change : batch.changes()) {
      if (change.table() == Table.INODE) {
        touched.add(FileId.of(change.key()));
      }
    }
    store.commit(batch, false);
    if (sync) {
      sync();
    }
  }

  @Override
  public void sync() {
    if (!pretends) {
      store.sync();
      onSync.run();
    }
  }

  @Override
  public void close() {
    store.close();
  }
}
