// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The changes that people make here. Each is one batch: registers, names on disk, log and counters.
 *
 * <p>A change supersedes what this node showed, no more: what is known but not held lives on.
 * {@link Removing}, {@link Moving} and {@link Siblings} have theirs; making and writing are here.
 */
final class LocalChanges {

  private final Context context;
  private final ChangeSteps steps;
  private final Siblings siblings;
  private final Removing removing;
  private final Moving moving;

  LocalChanges(Context context) {
    this.context = context;
    this.steps = new ChangeSteps(context);
    this.siblings = new Siblings(context, steps);
    this.removing = new Removing(context, steps, siblings);
    this.moving = new Moving(context, steps, siblings, removing);
  }

  Change remove(FileId directory, EntryName name, boolean wantsDirectory, long intent) {
    return removing.remove(directory, name, wantsDirectory, intent);
  }

  Change rename(
      FileId fromDirectory,
      EntryName from,
      FileId toDirectory,
      EntryName to,
      Trace trace,
      long intent) {
    return moving.rename(fromDirectory, from, toDirectory, to, trace, intent);
  }

  Change merge(MergedContent merged) {
    return new ContentMerge(context, steps).merge(merged);
  }

  Change adoptSibling(FileId shown, long intent) {
    return siblings.adoptSibling(shown, intent);
  }

  Change create(
      FileId id,
      FileId directory,
      EntryName name,
      NewContent content,
      AttrsChange attrs,
      long intent) {
    Transaction tx = context.begin();
    tx.isNew(id);
    FileId in = ChangeSteps.directory(tx, directory);
    if (tx.reads.lookup(in, name) != null) {
      throw ChangeSteps.refused(ReplicaException.Reason.TAKEN, name.toString());
    }
    steps.revive(tx, in);
    Timestamp now = context.now();
    long clock = context.clock.next();
    Dot dot = tx.nextDot();
    Link link = new Link(in, name);
    Attrs first = ChangeSteps.newAttrs(dot, clock, content.type(), attrs, now);
    Content value = content.stamped(dot, clock, now);
    Place place = new Place.Live(dot, clock, List.of(link), List.of());
    Inode inode =
        new Inode(id, content.type(), now, List.of(place), List.of(first), List.of(value));
    tx.putInode(id, null, inode);
    tx.settledHere(id);
    Entry entry = ChangeSteps.place(tx, inode, link, ChangeSteps.contentDot(value));
    if (value instanceof Content.Regular regular) {
      tx.putHeld(id, regular);
    }
    context.touch(tx, id);
    context.touchDirectory(tx, in, now);
    return steps.finish(tx, id, entry, null, intent);
  }

  Change link(FileId file, FileId directory, EntryName name, long intent) {
    Transaction tx = context.begin();
    FileId in = ChangeSteps.directory(tx, directory);
    if (tx.reads.lookup(in, name) != null) {
      throw ChangeSteps.refused(ReplicaException.Reason.TAKEN, name.toString());
    }
    Inode inode = siblings.ownInode(tx, file);
    if (inode.isDirectory()) {
      throw ChangeSteps.refused(ReplicaException.Reason.IS_DIRECTORY, "link");
    }
    List<Link> links = new ArrayList<>(inode.links());
    Link link = new Link(in, name);
    links.add(link);
    if (links.size() > context.limits.links()) {
      throw ChangeSteps.refused(ReplicaException.Reason.LIMIT, "links");
    }
    List<Entry> placed = tx.reads.placed(file);
    steps.revive(tx, in);
    steps.putLive(tx, inode, links);
    Entry entry =
        ChangeSteps.place(tx, inode, link, placed.isEmpty() ? null : placed.getFirst().content());
    context.touch(tx, file);
    context.touchDirectory(tx, in, context.now());
    return steps.finish(tx, file, entry, null, intent);
  }

  Change setAttrs(FileId file, AttrsChange change, long intent) {
    Transaction tx = context.begin();
    FileId id = tx.state.aliases.getOrDefault(file, file);
    Inode inode = siblings.ownInode(tx, id);
    long clock = context.clock.nextAfter(inode.latestClock());
    Dot dot = tx.nextDot();
    Attrs old = inode.shownAttrs();
    Attrs now =
        old == null
            ? ChangeSteps.newAttrs(dot, clock, inode.type(), change, inode.created())
            : ChangeSteps.changed(old, dot, clock, change);
    ChangeSteps.putInode(tx, inode, inode.withAttrs(List.of(now)));
    if (change.modified() != null && inode.isDirectory()) {
      context.dirtyDirectories.remove(id);
      tx.mark(Table.DIRTY, id, false);
    }
    context.touch(tx, id);
    return steps.finish(tx, id, null, null, intent);
  }

  Change version(
      FileId file,
      long size,
      Timestamp modified,
      List<ByteRange> holes,
      List<ByteRange> written,
      @Nullable Bytes hash,
      boolean clean,
      Trace trace,
      long intent) {
    Transaction tx = context.begin();
    Inode inode = siblings.ownInode(tx, file);
    if (inode.type() != FileType.REGULAR) {
      throw ChangeSteps.refused(ReplicaException.Reason.WRONG_TYPE, "version");
    }
    boolean dead = !inode.isAlive();
    if (dead && tx.reads.placed(file).isEmpty()) {
      throw ChangeSteps.refused(ReplicaException.Reason.NO_FILE, "deleted");
    }
    Content.Regular held = tx.reads.held(file);
    long clock = context.clock.nextAfter(inode.latestClock());
    Dot dot = tx.nextDot();
    RangeMap map =
        (held == null ? RangeMap.EMPTY : held.ranges()).changed(size, holes, written, dot);
    List<Content> contents = new ArrayList<>(inode.contents());
    contents.removeIf(old -> Contents.isHeldAs(held, old));
    Lineage lineage = Tracing.lineage(tx, inode, held, dot, clock, trace);
    Content.Regular now = new Content.Regular(dot, clock, modified, size, map, hash, lineage);
    if (dead) {
      // Deleted elsewhere and still here: this write was made apart, and brings the file back
      // alone.
      contents.removeAll(inode.contents());
    }
    ChangeSteps.dropDeleted(inode, contents);
    contents.add(now);
    ChangeSteps.putInode(tx, inode, inode.withContents(contents));
    tx.putHeld(file, now);
    for (Entry entry : tx.reads.placed(file)) {
      tx.replaceEntry(entry, entry.withContent(dot));
    }
    if (clean) {
      tx.mark(Table.DIRTY, file, false);
    }
    Contents.updatePending(tx, file);
    context.touch(tx, file);
    return steps.finish(tx, file, null, null, intent);
  }

  Change setDirectoryTime(FileId directory, Timestamp modified, long intent) {
    Transaction tx = context.begin();
    Inode inode = tx.inode(directory);
    context.dirtyDirectories.remove(directory);
    tx.mark(Table.DIRTY, directory, false);
    if (inode != null && inode.isAlive() && inode.isDirectory()) {
      long clock = context.clock.nextAfter(inode.latestClock());
      Content time = new Content.Directory(tx.nextDot(), clock, modified);
      ChangeSteps.putInode(tx, inode, inode.withContents(List.of(time)));
    }
    return steps.finish(tx, directory, null, null, intent);
  }
}
