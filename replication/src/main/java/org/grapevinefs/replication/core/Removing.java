// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Names taken away. What goes with the last name is only what this node had seen: a content that is
 * known but not here yet brings the file back.
 */
final class Removing {

  private final Context context;
  private final ChangeSteps steps;
  private final Siblings siblings;

  Removing(Context context, ChangeSteps steps, Siblings siblings) {
    this.context = context;
    this.steps = steps;
    this.siblings = siblings;
  }

  Change remove(FileId directory, EntryName name, boolean wantsDirectory, long intent) {
    Transaction tx = context.begin();
    FileId in = ChangeSteps.directory(tx, directory);
    Entry entry = ChangeSteps.entry(tx, in, name);
    boolean isDirectory = entry.type() == FileType.DIRECTORY;
    if (isDirectory != wantsDirectory) {
      throw ChangeSteps.refused(
          isDirectory
              ? ReplicaException.Reason.IS_DIRECTORY
              : ReplicaException.Reason.NOT_DIRECTORY,
          name.toString());
    }
    FileId gone = remove(tx, entry);
    context.touchDirectory(tx, in, context.now());
    return steps.finish(tx, entry.shown(), null, gone, intent);
  }

  /** Takes a name away; returns the shown id that has no name left, or null. */
  @Nullable FileId remove(Transaction tx, Entry entry) {
    context.touch(tx, entry.shown());
    if (entry.isSibling()) {
      dropSibling(tx, entry);
      return entry.shown();
    }
    if (entry.type() == FileType.DIRECTORY) {
      removeDirectory(tx, entry);
      return entry.shown();
    }
    Inode inode = tx.inode(entry.source());
    List<Entry> left = new ArrayList<>(tx.reads.placed(entry.shown()));
    left.removeIf(other -> other.cookie() == entry.cookie() && other.equals(entry));
    tx.removeEntry(entry);
    if (!left.isEmpty()) {
      unlinkOne(tx, entry, inode);
      return null;
    }
    if (inode != null) {
      siblings.adoptSiblings(tx, inode);
      Inode now = java.util.Objects.requireNonNull(tx.inode(entry.source()));
      delete(tx, now, seenHere(tx, now));
    }
    tx.putHeld(entry.shown(), null);
    tx.mark(Table.DIRTY, entry.shown(), false);
    // A content that was not here yet was not seen: it brings the file back, and is to be fetched.
    Contents.updatePending(tx, entry.source());
    return entry.shown();
  }

  private void unlinkOne(Transaction tx, Entry entry, @Nullable Inode inode) {
    List<Link> links = inode == null ? List.of() : new ArrayList<>(inode.links());
    if (inode == null || !links.remove(entry.link()) || links.isEmpty()) {
      // Moved elsewhere meanwhile: what was removed here is a name that it no longer has.
      tx.mark(Table.UNSETTLED, entry.source(), true);
      return;
    }
    steps.putLive(tx, inode, links);
  }

  private Set<Dot> seenHere(Transaction tx, Inode inode) {
    Set<Dot> seen = ChangeSteps.seen(inode);
    Content.Regular held = tx.reads.held(inode.id());
    for (Content content : inode.contents()) {
      if (inode.type() != FileType.REGULAR || Contents.isHeldAs(held, content)) {
        seen.add(content.dot());
      }
    }
    seen.retainAll(inode.contents().stream().map(Content::dot).toList());
    return seen;
  }

  private void delete(Transaction tx, Inode inode, Collection<Dot> seen) {
    long clock = context.clock.nextAfter(inode.latestClock());
    Place place =
        new Place.Deleted(tx.nextDot(), clock, inode.links(), new java.util.TreeSet<>(seen));
    Inode now = inode.withPlaces(List.of(place));
    ChangeSteps.putInode(tx, inode, now);
    if (now.isAlive()) {
      tx.mark(Table.UNSETTLED, inode.id(), true);
    }
  }

  private void removeDirectory(Transaction tx, Entry entry) {
    if (!tx.reads.children(entry.shown(), 0, 1).isEmpty()) {
      throw ChangeSteps.refused(ReplicaException.Reason.NOT_EMPTY, entry.name().toString());
    }
    tx.removeEntry(entry);
    for (FileId id : ChangeSteps.group(tx, entry.shown())) {
      Inode inode = tx.inode(id);
      if (inode != null) {
        delete(tx, inode, Set.of());
        tx.setAlias(id, null);
        tx.mark(Table.DIRTY, id, false);
        context.dirtyDirectories.remove(id);
        if (tx.anyChild(id, child -> true)) {
          tx.mark(Table.UNSETTLED, id, true);
        }
      }
    }
  }

  private void dropSibling(Transaction tx, Entry entry) {
    tx.removeEntry(entry);
    siblings.dropContent(tx, entry);
    tx.putHeld(entry.shown(), null);
    tx.mark(Table.DIRTY, entry.shown(), false);
    // A newer content may have counted on these bytes.
    Contents.updatePending(tx, entry.source());
  }
}
