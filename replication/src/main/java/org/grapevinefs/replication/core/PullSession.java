// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The asking side of one pull: records are staged, and merged only when exactly the announced ones
 * came. Records may be added by one thread without the zone's lock; {@link #commit} needs it.
 */
public final class PullSession implements AutoCloseable {

  private static final int DROPPED_AT_ONCE = 10_000;

  private final Context context;
  private final Runnable checkOrigin;
  private final PullHeader header;
  private final Knowledge asked;
  private final boolean repair;
  private final long staging;
  private final List<Inode> recent = new ArrayList<>();
  private @Nullable FileId last;
  private long spilled;
  private long count;
  private boolean removes;
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
    boolean full = header.mode() == PullHeader.Mode.FULL;
    if (full && last != null && record.id().compareTo(last) <= 0) {
      throw bad("all records, but not in order");
    }
    last = record.id();
    removes |= record.places().stream().anyMatch(place -> place instanceof Place.Deleted);
    recent.add(record);
    if (recent.size() >= context.limits.stagedInMemory()) {
      spill();
    }
  }

  private void spill() {
    Batch batch = new Batch();
    for (Inode inode : recent) {
      byte[] key = Installation.key(staging, spilled++);
      batch.put(Table.STAGED, key, Codec.stored(Codec.inode(inode)));
    }
    context.store.commit(batch, false);
    recent.clear();
  }

  /**
   * What merging all that is staged would remove here as things stand; null if nothing, or at most
   * a few files that were deleted here already and show all the same, since no deletion came along.
   * This call needs the zone's lock, the counting then does not. It is to be over before {@link
   * #commit}.
   */
  public @Nullable Removals removals() {
    State state = context.state;
    Meeting meeting = Meeting.of(header, repair, state);
    boolean known = !repair && state.knowledge.includes(header.knowledge());
    boolean removing = removes || meeting.dropsAbsent();
    if (known || !removing || state.files == 0 || state.installing != null) {
      return null;
    }
    return new Removals(context.store.snapshot(), state, meeting, this::forEach);
  }

  /**
   * Merges what was staged: in one batch, or if that is much, piece by piece from then on with
   * {@link Replica#install} while the result says that there is more.
   *
   * @throws ReplicaException (BAD_ANSWER) if records are lacking, (BUSY) if another pull is being
   *     merged; nothing is changed then
   */
  public PullResult commit() {
    if (done || count != header.count()) {
      close();
      throw bad(count + " records of " + header.count());
    }
    if (context.state.installing != null) {
      throw Installing.busy();
    }
    checkOrigin.run();
    checkAsked();
    if (repair && !context.state.knowledge.equals(asked)) {
      throw bad("this replica learnt something since it asked");
    }
    // What was learnt meanwhile of another is merged already, whole as it was there.
    boolean known = !repair && context.state.knowledge.includes(header.knowledge());
    if (isLarge() && !known) {
      spill();
      new Installing(context).begin(header, repair, staging);
      spilled = 0;
      done = true;
      return new PullResult(List.of(), 0, List.of(), true);
    }
    try (PullMerge merge = new PullMerge(context, header, repair, null)) {
      if (known && isLarge()) {
        PullResult nothing = merge.finish(true);
        close();
        return nothing;
      }
      forEach(record -> {
        merge.dropAbsent(record.id(), Integer.MAX_VALUE);
        merge.merge(record);
      });
      merge.dropAbsent(null, Integer.MAX_VALUE);
      PullResult result = merge.finish(true);
      close();
      return result;
    }
  }

  /** Whether too much for one batch is to be merged, or to be let go since it is left out. */
  private boolean isLarge() {
    int most = context.limits.mergedAtOnce();
    boolean drops = header.mode() == PullHeader.Mode.FULL && !repair;
    return count > most || (drops && context.state.files > most);
  }

  private void forEach(Consumer<Inode> action) {
    ReplicaStore.Reader reader = context.store.reader();
    for (long i = 0; i < spilled; i++) {
      action.accept(Installing.staged(reader, staging, i));
    }
    recent.forEach(action);
  }

  /** Throws away what was staged and not merged. */
  @Override
  public void close() {
    done = true;
    recent.clear();
    while (spilled > 0) {
      Batch batch = new Batch();
      for (int i = 0; i < DROPPED_AT_ONCE && spilled > 0; i++) {
        batch.delete(Table.STAGED, Installation.key(staging, --spilled));
      }
      context.store.commit(batch, false);
    }
  }
}
