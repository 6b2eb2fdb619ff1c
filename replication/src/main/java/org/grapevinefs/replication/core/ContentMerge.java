// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One content in the place of two: a change like any other, made from both. Several members may do
 * this at once; what they write is the same bytes, and so no conflict.
 */
final class ContentMerge {

  private final Context context;
  private final ChangeSteps steps;

  ContentMerge(Context context, ChangeSteps steps) {
    this.context = context;
    this.steps = steps;
  }

  Change merge(MergedContent merged) {
    Transaction tx = context.begin();
    boolean siblings = merged.into().equals(merged.from());
    Inode into = shown(tx, merged.into());
    Inode from = siblings ? into : shown(tx, merged.from());
    Content.Regular one = content(into, merged.one());
    Content.Regular other = content(from, merged.other());
    long clock = context.clock.nextAfter(Math.max(into.latestClock(), from.latestClock()));
    Dot dot = tx.nextDot();
    Content.Regular now =
        new Content.Regular(
            dot,
            clock,
            merged.modified(),
            merged.size(),
            RangeMap.written(merged.size(), dot),
            merged.hash(),
            Lineage.ofBoth(one, other));
    List<Content> contents = new ArrayList<>(into.contents());
    contents.removeIf(old -> old.sameBytes(one) || (siblings && old.sameBytes(other)));
    ChangeSteps.dropDeleted(into, contents);
    contents.add(now);
    tx.putInode(into.id(), into, into.withContents(contents));
    tx.mark(Table.UNSETTLED, into.id(), true);
    if (!siblings) {
      delete(tx, from, clock);
    }
    Ancestors.keep(tx, one.dot(), dot, clock, merged.oneBytes());
    Ancestors.keep(tx, other.dot(), dot, clock, merged.otherBytes());
    Contents.updatePending(tx, into.id());
    return steps.finish(tx, into.id(), null, null, 0);
  }

  private static Inode shown(Transaction tx, FileId id) {
    Inode inode = tx.inode(id);
    if (inode == null || !inode.isAlive() || inode.type() != FileType.REGULAR) {
      throw ChangeSteps.refused(ReplicaException.Reason.NO_FILE, id.toString());
    }
    return inode;
  }

  private static Content.Regular content(Inode inode, Dot dot) {
    for (Content content : inode.shownContents()) {
      if (content instanceof Content.Regular regular && regular.dot().equals(dot)) {
        return regular;
      }
    }
    throw ChangeSteps.refused(ReplicaException.Reason.NO_FILE, "content " + dot);
  }

  /** The other file goes: all that it held is in the merged one. */
  private static void delete(Transaction tx, Inode from, long clock) {
    @Nullable Place place = from.place();
    boolean whole = from.shownContents().size() == 1 && from.links().size() == 1;
    if (place == null || !whole) {
      throw ChangeSteps.refused(ReplicaException.Reason.NO_FILE, "more than one content or name");
    }
    Set<Dot> seen = ChangeSteps.seen(from);
    from.contents().forEach(content -> seen.add(content.dot()));
    Place gone = new Place.Deleted(tx.nextDot(), clock, from.links(), seen);
    tx.putInode(from.id(), from, from.withPlaces(List.of(gone)));
    tx.mark(Table.UNSETTLED, from.id(), true);
    Contents.updatePending(tx, from.id());
  }
}
