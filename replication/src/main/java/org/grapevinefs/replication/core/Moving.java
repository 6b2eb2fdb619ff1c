// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Names moved, over others or not. */
final class Moving {

  private final Context context;
  private final ChangeSteps steps;
  private final Siblings siblings;
  private final Removing removing;

  Moving(Context context, ChangeSteps steps, Siblings siblings, Removing removing) {
    this.context = context;
    this.steps = steps;
    this.siblings = siblings;
    this.removing = removing;
  }

  Change rename(
      FileId fromDirectory,
      EntryName from,
      FileId toDirectory,
      EntryName to,
      Trace trace,
      long intent) {
    Transaction tx = context.begin();
    FileId source = ChangeSteps.directory(tx, fromDirectory);
    FileId target = ChangeSteps.directory(tx, toDirectory);
    Entry entry = ChangeSteps.entry(tx, source, from);
    Entry there = tx.reads.lookup(target, to);
    if (there != null && there.shown().equals(entry.shown())) {
      return new Change(entry.shown(), List.of(), tx.ticks(), there, null, false);
    }
    boolean isDirectory = entry.type() == FileType.DIRECTORY;
    if (isDirectory && new TreeWalk(tx.reads).isBelow(target, entry.shown())) {
      throw ChangeSteps.refused(ReplicaException.Reason.INTO_ITSELF, to.toString());
    }
    Content.Regular replaced = there == null ? null : tx.reads.held(there.shown());
    FileId gone = there == null ? null : replace(tx, there, isDirectory);
    // What was replaced may have been this entry's own inode, so look again.
    Entry moving = ChangeSteps.entry(tx, source, from);
    steps.revive(tx, target);
    Entry moved = move(tx, moving, new Link(target, to));
    if (trace.on() && replaced != null) {
      Tracing.replaced(tx, context, moved, replaced, trace);
    }
    Timestamp now = context.now();
    context.touch(tx, moved.shown());
    context.touchDirectory(tx, source, now);
    context.touchDirectory(tx, target, now);
    return steps.finish(tx, moved.shown(), moved, gone, intent);
  }

  private @Nullable FileId replace(Transaction tx, Entry there, boolean byDirectory) {
    boolean isDirectory = there.type() == FileType.DIRECTORY;
    if (isDirectory != byDirectory) {
      throw ChangeSteps.refused(
          isDirectory
              ? ReplicaException.Reason.IS_DIRECTORY
              : ReplicaException.Reason.NOT_DIRECTORY,
          there.name().toString());
    }
    return removing.remove(tx, there);
  }

  private Entry move(Transaction tx, Entry entry, Link to) {
    if (entry.isSibling()) {
      siblings.adopt(tx, entry, to);
      return ChangeSteps.entry(tx, to.parent(), to.name());
    }
    Inode inode = tx.inode(entry.source());
    if (inode == null) {
      throw ChangeSteps.refused(ReplicaException.Reason.NO_FILE, entry.name().toString());
    }
    List<Entry> placed = tx.reads.placed(entry.shown());
    tx.removeEntry(entry);
    for (FileId id :
        inode.isDirectory() ? ChangeSteps.group(tx, inode.id()) : List.of(inode.id())) {
      Inode one = tx.inode(id);
      if (one != null) {
        steps.putLive(tx, one, movedLinks(one, entry, to, placed.size()));
      }
    }
    return ChangeSteps.place(tx, inode, to, entry.content());
  }

  private static List<Link> movedLinks(Inode inode, Entry entry, Link to, int names) {
    List<Link> links = new ArrayList<>();
    if (!inode.isDirectory() && (inode.links().contains(entry.link()) || names > 1)) {
      links.addAll(inode.links());
      links.remove(entry.link());
    }
    links.add(to);
    return links;
  }
}
