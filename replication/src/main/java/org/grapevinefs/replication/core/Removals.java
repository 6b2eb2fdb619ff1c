// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A look ahead at how many files and directories a staged pull would remove here. It reads one
 * state of the index, so people may go on changing the zone meanwhile; what they change is not
 * counted. Used by the thread that took the pull in, and closed by it.
 */
public final class Removals implements AutoCloseable {

  /** Working out what becomes of inodes uses up numbers of a transaction, so now and then anew. */
  private static final int ONE_TRANSACTION = 1_000;

  private static final byte[] START = {};

  /** The pull's records, given one after another. */
  @FunctionalInterface
  interface Records {
    void forEach(Consumer<Inode> action);
  }

  /**
   * What would go.
   *
   * @param removed files and directories that are there and would not be any more
   * @param files how many are there now
   * @param by how many of them were removed under which node, as far as that can be told: of what a
   *     full answer only leaves out it cannot
   */
  public record Found(long removed, long files, Map<String, Long> by) {

    /** Of a session that surely removes nothing. */
    public static final Found NOTHING = new Found(0, 0, Map.of());

    /** Copies. */
    public Found {
      by = Map.copyOf(by);
    }
  }

  private final ReplicaStore.Snapshot snapshot;
  private final State state;
  private final Meeting meeting;
  private final Records records;
  private final InodeCache inodes = new InodeCache();
  private final RowCache rows = new RowCache();
  private final Map<String, Long> by = new HashMap<>();
  private ReplicaStore.@Nullable Cursor local;
  private boolean localHere;
  private Transaction scratch;
  private int worked;
  private long removed;

  Removals(ReplicaStore.Snapshot snapshot, State state, Meeting meeting, Records records) {
    this.snapshot = snapshot;
    this.state = state.clone();
    this.meeting = meeting;
    this.records = records;
    this.scratch = fresh();
  }

  /** A transaction that is never committed. */
  private Transaction fresh() {
    return new Transaction(snapshot, state, inodes, rows);
  }

  /** Counts; once. Memory is bounded, whatever the pull's size. */
  public Found count() {
    if (meeting.dropsAbsent()) {
      ReplicaStore.Cursor cursor = snapshot.scan(Table.INODE, START);
      local = cursor;
      localHere = cursor.next();
    }
    records.forEach(this::look);
    absentBefore(null);
    return new Found(removed, state.files, by);
  }

  private void look(Inode record) {
    byte[] known = meeting.dropsAbsent() ? absentBefore(record.id()) : inode(record.id());
    if (known == null) {
      return;
    }
    Inode before = Reads.inode(known);
    // One of another type is refused or left out.
    if (before.isAlive() && before.type() == record.type()) {
      count(meeting.merged(transaction(), before, record));
    }
  }

  private byte @Nullable [] inode(FileId id) {
    return snapshot.get(Table.INODE, id.toBytes());
  }

  /**
   * Counts what a full answer leaves out before its next record, of which the row here is given.
   */
  private byte @Nullable [] absentBefore(@Nullable FileId next) {
    ReplicaStore.Cursor cursor = local;
    while (cursor != null && localHere) {
      int order = next == null ? -1 : FileId.of(cursor.key()).compareTo(next);
      if (order > 0) {
        return null;
      }
      byte[] value = cursor.value();
      localHere = cursor.next();
      if (order == 0) {
        return value;
      }
      Inode before = Reads.inode(value);
      if (before.isAlive()) {
        count(meeting.absent(transaction(), before));
      }
    }
    return null;
  }

  private Transaction transaction() {
    if (++worked % ONE_TRANSACTION == 0) {
      scratch = fresh();
    }
    return scratch;
  }

  private void count(@Nullable Inode now) {
    if (now != null && now.isAlive()) {
      return;
    }
    removed++;
    Place place = now == null ? null : now.place();
    Origin origin = place == null ? null : place.dot().origin();
    // The deletion that stands for a forgotten one is this replica's own, and tells nothing.
    boolean told = origin != null && !origin.equals(state.origin);
    String node = told ? meeting.header().names().get(origin) : null;
    if (node != null) {
      by.merge(node, 1L, Long::sum);
    }
  }

  @Override
  public void close() {
    if (local != null) {
      local.close();
    }
    snapshot.close();
  }
}
