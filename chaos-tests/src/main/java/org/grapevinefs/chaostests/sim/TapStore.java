// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.sim;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.grapevinefs.replication.core.Batch;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.MemoryStore;
import org.grapevinefs.replication.core.ReplicaStore;
import org.grapevinefs.replication.core.Table;
import org.grapevinefs.replication.proto.InstallationRecord;
import org.grapevinefs.replication.proto.StateRecord;
import org.jspecify.annotations.Nullable;

/** A store in memory that tells which inodes its commits touched, and may only pretend to sync. */
final class TapStore implements ReplicaStore {

  private final MemoryStore store;
  private final Faults faults;
  private final Runnable onSync;
  private final Set<FileId> touched = new LinkedHashSet<>();

  /**
   * What a mutant does to its store.
   *
   * @param pretends whether it only pretends to sync
   * @param loses which rows it forgets to write or to take out
   * @param onHalf called between the halves of a batch; null if batches go whole
   * @param hasty whether what a large pull's giver knew goes to disk with each of its pieces
   */
  record Faults(
      boolean pretends, Predicate<Batch.Change> loses, @Nullable Runnable onHalf, boolean hasty) {

    Faults(boolean pretends, Predicate<Batch.Change> loses, @Nullable Runnable onHalf) {
      this(pretends, loses, onHalf, false);
    }
  }

  TapStore(MemoryStore store, Faults faults, Runnable onSync) {
    this.store = store;
    this.faults = faults;
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
    Runnable onHalf = faults.onHalf();
    List<Batch.Change> changes = new ArrayList<>(batch.changes());
    changes.removeIf(faults.loses());
    if (faults.hasty() && changes.stream().anyMatch(TapStore::isPiece)) {
      changes.addAll(knowledgeOfGiver());
    }
    int half = onHalf == null ? 0 : changes.size() / 2;
    if (onHalf != null && half > 0) {
      store.commit(of(changes.subList(0, half)), false);
      onHalf.run();
    }
    store.commit(of(changes.subList(half, changes.size())), false);
    if (sync) {
      sync();
    }
  }

  private static boolean isPiece(Batch.Change change) {
    return change.table() == Table.META && change.key()[0] == 'J' && change.value() != null;
  }

  /** Rows that say that all is known which the giver of the pull being merged knew. */
  private List<Batch.Change> knowledgeOfGiver() {
    List<Batch.Change> rows = new ArrayList<>();
    byte[] row = store.reader().get(Table.META, new byte[] {'I'});
    if (row == null) {
      return rows;
    }
    try {
      var record = InstallationRecord.parseFrom(ByteString.copyFrom(row, 1, row.length - 1));
      record
          .getHeader()
          .getKnowledge()
          .getEntriesList()
          .forEach(entry -> {
            byte[] key = ByteBuffer.allocate(9).put((byte) 'K').putLong(entry.getOrigin()).array();
            byte[] known = store.reader().get(Table.META, key);
            if (known == null || ByteBuffer.wrap(known).getLong() < entry.getSeq()) {
              byte[] seq = ByteBuffer.allocate(8).putLong(entry.getSeq()).array();
              rows.add(new Batch.Change(Table.META, key, seq));
            }
          });
      return rows;
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("the installation's row has another form now", e);
    }
  }

  private static Batch of(List<Batch.Change> changes) {
    Batch batch = new Batch();
    for (Batch.Change change : changes) {
      byte[] value = change.value();
      if (value == null) {
        batch.delete(change.table(), change.key());
      } else {
        batch.put(change.table(), change.key(), value);
      }
    }
    return batch;
  }

  @Override
  public void sync() {
    if (!faults.pretends()) {
      store.sync();
      onSync.run();
    }
  }

  @Override
  public void close() {
    store.close();
  }
}
