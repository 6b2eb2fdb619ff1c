// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.Arrays;
import java.util.List;
import org.grapevinefs.replication.proto.InodeRecord;
import org.jspecify.annotations.Nullable;

/**
 * Merges a large pull piece by piece, each in a batch of its own, so that neither memory nor the
 * zone's lock is taken for long. From the row that {@link #begin} writes on it is a redo log: a
 * crash loses nothing of it, and what its giver knew is joined with the last piece only. Until then
 * this replica's registers belong to nothing that it could say it knows, so it answers nobody, and
 * nothing is settled.
 */
final class Installing {

  private static final int DELETED_AT_ONCE = 10_000;
  private static final byte[] START = {};

  private final Context context;

  Installing(Context context) {
    this.context = context;
  }

  static ReplicaException busy() {
    return new ReplicaException(
        ReplicaException.Reason.BUSY, "a large pull is being taken in; try again later");
  }

  /** From now on a pull whose records are all staged is taken in, whatever happens. */
  void begin(PullHeader header, boolean repair, long staging) {
    Transaction tx = context.begin();
    PullMerge.joinNames(tx.state, header);
    tx.state.installing = Installation.begun(header, repair, staging, tx.state.digest);
    context.commit(tx, true);
  }

  /** Merges the next piece; whether there is more is in the result. */
  PullResult step() {
    Installation at = context.state.installing;
    if (at == null) {
      return new PullResult(List.of(), 0, List.of(), false);
    }
    int most = context.limits.installedAtOnce();
    try (PullMerge merge = new PullMerge(context, at.header(), at.repair(), at.after())) {
      Transaction tx = merge.transaction();
      long next = at.next();
      boolean room = true;
      while (room && next < at.header().count() && merge.work() < most) {
        Inode record = staged(context.store.reader(), at.staging(), next);
        room = merge.dropAbsent(record.id(), most);
        if (room) {
          merge.mergeAnyway(record);
          tx.delete(Table.STAGED, Installation.key(at.staging(), next));
          next++;
        }
      }
      boolean last = room && next == at.header().count() && merge.dropAbsent(null, most);
      tx.state.installing = last ? null : at.at(next, merge.after());
      return merge.finish(last);
    }
  }

  static Inode staged(ReplicaStore.Reader reader, long staging, long number) {
    byte[] bytes = reader.get(Table.STAGED, Installation.key(staging, number));
    if (bytes == null) {
      throw Codec.malformed("staged records are gone");
    }
    return Codec.inode(Codec.parsed(InodeRecord.parser(), bytes));
  }

  /** Takes out the records of pulls that broke off; those of an installation stay. */
  static void dropStrays(ReplicaStore store, @Nullable Installation kept) {
    if (kept == null) {
      drop(store, START, null);
      return;
    }
    drop(store, START, Installation.key(kept.staging(), 0));
    drop(store, Installation.key(kept.staging(), Long.MAX_VALUE), null);
  }

  private static void drop(ReplicaStore store, byte[] from, byte @Nullable [] to) {
    Batch batch = new Batch();
    try (ReplicaStore.Cursor cursor = store.reader().scan(Table.STAGED, START, from)) {
      while (cursor.next()) {
        byte[] key = cursor.key();
        if (to != null && Arrays.compareUnsigned(key, to) >= 0) {
          break;
        }
        batch.delete(Table.STAGED, key);
        if (batch.changes().size() >= DELETED_AT_ONCE) {
          store.commit(batch, false);
          batch = new Batch();
        }
      }
    }
    if (!batch.isEmpty()) {
      store.commit(batch, false);
    }
  }
}
