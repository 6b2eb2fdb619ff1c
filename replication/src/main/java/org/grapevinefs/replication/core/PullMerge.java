// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Records of a pull merged into one batch: all of them, or the next piece of many. Used under the
 * zone's lock.
 *
 * <p>A full answer comes in the order of ids, as the inodes here are: what lies between two records
 * and is not among them is what the answer leaves out.
 */
final class PullMerge implements AutoCloseable {

  private static final byte[] START = {};

  private final Context context;
  private final Transaction tx;
  private final PullHeader header;
  private final Meeting meeting;
  private final List<String> alarms = new ArrayList<>();
  private final ReplicaStore.@Nullable Cursor local;
  private boolean localHere;
  private @Nullable FileId after;
  private int work;

  /**
   * A piece.
   *
   * @param after up to which id, in a full answer, all is merged; null at the start
   */
  PullMerge(Context context, PullHeader header, boolean repair, @Nullable FileId after) {
    this.context = context;
    this.tx = context.begin();
    this.header = header;
    this.meeting = Meeting.of(header, repair, tx.state);
    this.after = after;
    if (meeting.dropsAbsent()) {
      byte[] from = after == null ? START : after.toBytes();
      ReplicaStore.Cursor cursor = context.store.reader().scan(Table.INODE, START, from);
      this.local = cursor;
      this.localHere = cursor.next();
      if (localHere && after != null && FileId.of(cursor.key()).equals(after)) {
        this.localHere = cursor.next();
      }
    } else {
      this.local = null;
    }
  }

  /** The batch in the making. */
  Transaction transaction() {
    return tx;
  }

  /** How many inodes were looked at. */
  int work() {
    return work;
  }

  /** Up to which id all is merged. */
  @Nullable FileId after() {
    return after;
  }

  /**
   * Merges what a full answer leaves out before its next record, at most so many; false if more.
   */
  boolean dropAbsent(@Nullable FileId next, int most) {
    ReplicaStore.Cursor cursor = local;
    while (cursor != null && localHere) {
      FileId id = FileId.of(cursor.key());
      int order = next == null ? -1 : id.compareTo(next);
      if (order > 0) {
        return true;
      }
      if (order < 0) {
        if (work >= most) {
          return false;
        }
        Inode before = Reads.inode(cursor.value());
        put(id, before, meeting.absent(tx, before));
        after = id;
        work++;
      }
      localHere = cursor.next();
      if (order == 0) {
        return true;
      }
    }
    return true;
  }

  /** Merges a record. */
  void merge(Inode record) {
    FileId id = record.id();
    after = id;
    work++;
    Inode before = tx.inode(id);
    if (before != null && before.type() != record.type()) {
      throw new ReplicaException(
          ReplicaException.Reason.BAD_ANSWER, "a file that changed its type");
    }
    put(id, before, meeting.merged(tx, before, record));
  }

  /** Merges a record of a pull that there is no way back from. */
  void mergeAnyway(Inode record) {
    try {
      merge(record);
    } catch (ReplicaException e) {
      if (e.reason() != ReplicaException.Reason.BAD_ANSWER) {
        throw e;
      }
      alarms.add("a pulled record of " + record.id() + " was left out: " + e.getMessage());
    }
  }

  private void put(FileId id, @Nullable Inode before, @Nullable Inode now) {
    if (now == null ? before != null : !now.equals(before)) {
      tx.putInode(id, before, now);
    }
  }

  /** Commits; the last piece also joins what the answer's giver knew. */
  PullResult finish(boolean last) {
    if (last) {
      tx.state.knowledge = tx.state.knowledge.join(header.knowledge());
      tx.state.horizon = tx.state.horizon.join(header.horizon());
      joinNames(tx.state, header);
    }
    long removed = 0;
    List<FileId> changed = new ArrayList<>(tx.touched().keySet());
    for (Transaction.Touched one : tx.touched().values()) {
      Inode before = one.before();
      Inode now = one.now();
      boolean was = before != null && before.isAlive();
      removed += was && (now == null || !now.isAlive()) ? 1 : 0;
    }
    Set<FileId> reached = new LinkedHashSet<>(changed);
    changed.forEach(id -> takeOver(tx, id, reached));
    Comeback comeback = new Comeback(context, tx);
    changed.forEach(comeback::keep);
    // Not before all are taken over: a file may have counted on the bytes of its sibling.
    reached.forEach(id -> Contents.updatePending(tx, id));
    LetGo.mark(tx);
    context.commit(tx, false);
    return new PullResult(changed, removed, alarms, !last);
  }

  static void joinNames(State state, PullHeader header) {
    Map<Origin, String> names = new HashMap<>(header.names());
    names.putAll(state.names);
    if (names.size() != state.names.size()) {
      state.names = State.names(names);
    }
  }

  /** What showed as a sibling and was made a file of its own elsewhere is that file from now on. */
  private static void takeOver(Transaction tx, FileId id, Set<FileId> reached) {
    if (tx.inode(id) == null) {
      return;
    }
    for (Entry old : tx.reads.placed(id)) {
      if (old.isSibling()) {
        tx.removeEntry(old);
        tx.addEntry(
            new Entry(
                old.directory(),
                old.name(),
                old.cookie(),
                id,
                id,
                old.type(),
                new Link(old.directory(), old.name()),
                old.content()));
        tx.mark(Table.UNSETTLED, old.source(), true);
        reached.add(old.source());
      }
    }
  }

  @Override
  public void close() {
    if (local != null) {
      local.close();
    }
  }
}
