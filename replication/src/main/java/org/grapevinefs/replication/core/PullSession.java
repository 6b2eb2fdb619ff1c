// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.grapevinefs.replication.proto.InodeRecord;

/**
 * The asking side of one pull: records are staged, and merged in one batch only when exactly the
 * announced ones came. Records may be added by one thread without the zone's lock; {@link #commit}
 * needs it.
 */
public final class PullSession implements AutoCloseable {

  private final Context context;
  private final Runnable checkOrigin;
  private final PullHeader header;
  private final Knowledge asked;
  private final boolean repair;
  private final long staging;
  private final List<Inode> recent = new ArrayList<>();
  private long spilled;
  private long count;
  private boolean done;

  /**
   * A session for an answer.
   *
   * @param repair whether all was asked for of one who knows the same, since his state is another:
   *     then absence is no news. One of the two lost something, by a fault of this program or of a
   *     disk, and each takes over what only the other has
   */
  PullSession(
      Context context,
      PullHeader header,
      Knowledge asked,
      boolean repair,
      long staging,
      Runnable checkOrigin) {
    this.repair = repair;
    this.context = context;
    this.checkOrigin = checkOrigin;
    this.header = header;
    this.staging = staging;
    this.asked = asked;
    checkAsked();
    if (header.count() < 0 || header.count() > context.limits.stagedRecords()) {
      throw bad("count " + header.count());
    }
    if (header.knowledge().size() > context.limits.origins()
        || header.names().size() > 2 * context.limits.origins()) {
      throw bad("too many origins");
    }
    for (String name : header.names().values()) {
      if (name.isEmpty() || name.length() > context.limits.nodeNameLength()) {
        throw bad("node name");
      }
    }
  }

  /** An answer leaves out what the asker said it knows: so it must know that still. */
  private void checkAsked() {
    if (!context.state.knowledge.includes(asked)) {
      throw bad("this replica took a new origin since it asked");
    }
  }

  private static ReplicaException bad(String why) {
    return new ReplicaException(ReplicaException.Reason.BAD_ANSWER, why);
  }

  /** What was announced. */
  public PullHeader header() {
    return header;
  }

  /**
   * Stages a record.
   *
   * @param response the number that the record carries
   * @throws ReplicaException (BAD_ANSWER) if it belongs to another answer, is one too many, or
   *     carries a change that the answering replica does not claim to know
   */
  public void add(long response, Inode record) {
    if (done || response != header.response()) {
      throw bad("a record of another answer");
    }
    if (++count > header.count()) {
      throw bad("more records than announced");
    }
    for (Dot dot : record.dots()) {
      if (!header.knowledge().covers(dot)) {
        throw bad("a change that nobody knows");
      }
    }
    if (record.links().size() > context.limits.links()) {
      throw bad("too many links");
    }
    recent.add(record);
    if (recent.size() >= context.limits.stagedInMemory()) {
      spill();
    }
  }

  private void spill() {
    Batch batch = new Batch();
    for (Inode inode : recent) {
      batch.put(Table.STAGED, key(spilled++), Codec.stored(Codec.inode(inode)));
    }
    context.store.commit(batch, false);
    recent.clear();
  }

  private byte[] key(long number) {
    return Keys.log(new Origin(staging), number);
  }

  /**
   * Merges what was staged, in one batch.
   *
   * @throws ReplicaException (BAD_ANSWER) if records are lacking; nothing is changed then
   */
  public PullResult commit() {
    if (done || count != header.count()) {
      close();
      throw bad(count + " records of " + header.count());
    }
    checkOrigin.run();
    checkAsked();
    Transaction tx = context.begin();
    Knowledge mine = tx.state.knowledge;
    Set<FileId> received = new HashSet<>();
    boolean full = header.mode() == PullHeader.Mode.FULL;
    if (repair && !mine.equals(asked)) {
      throw bad("this replica learnt something since it asked");
    }
    long spilledRecords = spilled;
    for (long i = 0; i < spilledRecords; i++) {
      byte[] bytes = context.store.reader().get(Table.STAGED, key(i));
      if (bytes == null) {
        throw bad("staged records are gone");
      }
      merge(tx, mine, Codec.inode(Codec.parsed(InodeRecord.parser(), bytes)), full, received);
    }
    recent.forEach(inode -> merge(tx, mine, inode, full, received));
    if (full && !repair) {
      dropAbsent(tx, mine, received);
    }
    tx.state.knowledge = tx.state.knowledge.join(header.knowledge());
    tx.state.horizon = tx.state.horizon.join(header.horizon());
    joinNames(tx.state);
    PullResult result = finish(tx);
    close();
    return result;
  }

  private void merge(
      Transaction tx, Knowledge mine, Inode record, boolean full, Set<FileId> received) {
    if (full) {
      received.add(record.id());
    }
    Inode before = tx.inode(record.id());
    if (before != null && before.type() != record.type()) {
      throw bad("a file that changed its type");
    }
    if (repair) {
      put(tx, record.id(), before, Merge.union(before, record));
      return;
    }
    Inode merged = Merge.merge(before, mine, record, header.knowledge());
    Inode now =
        before == null
            ? LetGo.merged(tx, record, mine, merged)
            : LetGo.merged(tx, before, mine, record, header.knowledge(), merged);
    put(tx, record.id(), before, now);
  }

  private void dropAbsent(Transaction tx, Knowledge mine, Set<FileId> received) {
    try (ReplicaStore.Cursor cursor = context.reads.all(Table.INODE)) {
      while (cursor.next()) {
        FileId id = FileId.of(cursor.key());
        if (!received.contains(id)) {
          Inode before = Reads.inode(cursor.value());
          Inode merged = Merge.merge(before, mine, null, header.knowledge());
          put(tx, id, before, LetGo.merged(tx, before, header.knowledge(), merged));
        }
      }
    }
  }

  private static void put(
      Transaction tx,
      FileId id,
      @org.jspecify.annotations.Nullable Inode before,
      @org.jspecify.annotations.Nullable Inode now) {
    if (now == null ? before != null : !now.equals(before)) {
      tx.putInode(id, before, now);
    }
  }

  private void joinNames(State state) {
    java.util.Map<Origin, String> names = new java.util.HashMap<>(header.names());
    names.putAll(state.names);
    if (names.size() != state.names.size()) {
      state.names = State.names(names);
    }
  }

  private PullResult finish(Transaction tx) {
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
    return new PullResult(changed, removed, List.of());
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

  /** How many inodes that show now would be gone: to snapshot before a large removal. */
  public long wouldRemove() {
    long removed = 0;
    Knowledge mine = context.state.knowledge;
    Set<FileId> received = new HashSet<>();
    for (long i = 0; i < spilled; i++) {
      byte[] bytes = context.store.reader().get(Table.STAGED, key(i));
      if (bytes != null) {
        Inode record = Codec.inode(Codec.parsed(InodeRecord.parser(), bytes));
        received.add(record.id());
        removed += removes(mine, record);
      }
    }
    for (Inode record : recent) {
      received.add(record.id());
      removed += removes(mine, record);
    }
    if (header.mode() == PullHeader.Mode.FULL && !repair) {
      try (ReplicaStore.Cursor cursor = context.reads.all(Table.INODE)) {
        while (cursor.next()) {
          Inode before = Reads.inode(cursor.value());
          if (!received.contains(before.id()) && before.isAlive()) {
            Inode now = Merge.merge(before, mine, null, header.knowledge());
            removed += now == null || !now.isAlive() ? 1 : 0;
          }
        }
      }
    }
    return removed;
  }

  private int removes(Knowledge mine, Inode record) {
    Inode before = context.reads.inode(record.id());
    if (before == null || !before.isAlive()) {
      return 0;
    }
    Inode now =
        repair
            ? Merge.union(before, record)
            : Merge.merge(before, mine, record, header.knowledge());
    return now == null || !now.isAlive() ? 1 : 0;
  }

  /** Throws away what was staged and not merged. */
  @Override
  public void close() {
    done = true;
    recent.clear();
    if (spilled > 0) {
      Batch batch = new Batch();
      for (long i = 0; i < spilled; i++) {
        batch.delete(Table.STAGED, key(i));
      }
      context.store.commit(batch, false);
      spilled = 0;
    }
  }
}
