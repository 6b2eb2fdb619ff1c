// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayList;
import java.util.List;

/**
 * Contents written apart, which show beside the winner: made files of their own, or dropped. What
 * people do to a sibling makes it a file first.
 */
final class Siblings {

  private final Context context;
  private final ChangeSteps steps;

  Siblings(Context context, ChangeSteps steps) {
    this.context = context;
    this.steps = steps;
  }

  void adoptSiblings(Transaction tx, Inode inode) {
    for (FileId sibling : tx.reads.siblings(inode.id())) {
      for (Entry entry : tx.reads.placed(sibling).stream().filter(Entry::isSibling).toList()) {
        adopt(tx, entry, new Link(entry.directory(), entry.name()));
      }
    }
  }

  /** Makes a sibling a file of its own, at a link. */
  Inode adopt(Transaction tx, Entry entry, Link link) {
    Inode source = tx.inode(entry.source());
    Dot dot = entry.content();
    Content.Regular held = tx.reads.held(entry.shown());
    Content content = source == null || dot == null ? null : source.content(dot);
    Content value = content != null ? content : held;
    if (value == null) {
      throw ChangeSteps.refused(ReplicaException.Reason.NO_FILE, "sibling without content");
    }
    FileId id = entry.shown();
    Inode before = tx.inode(id);
    long clock = context.clock.nextAfter(value.clock());
    Dot change = tx.nextDot();
    Attrs attrs = source == null ? null : source.shownAttrs();
    Attrs copied =
        attrs == null
            ? ChangeSteps.newAttrs(
                change, clock, entry.type(), AttrsChange.owned(0644, 0, 0), context.now())
            : attrs.stamped(change, clock);
    List<Content> contents = new ArrayList<>(before == null ? List.of() : before.contents());
    contents.removeIf(other -> other.sameBytes(value));
    Content own = value.stamped(change, clock);
    contents.add(own);
    Place place = new Place.Live(change, clock, List.of(link), List.of());
    Timestamp created = source == null ? value.modified() : source.created();
    Inode now = new Inode(id, entry.type(), created, List.of(place), List.of(copied), contents);
    tx.removeEntry(entry);
    tx.putInode(id, before, now);
    tx.settledHere(id);
    ChangeSteps.place(tx, now, link, change);
    if (own instanceof Content.Regular regular) {
      tx.putHeld(id, regular);
    }
    if (content != null) {
      dropContent(tx, entry);
    }
    Contents.updatePending(tx, entry.source());
    tx.mark(Table.UNSETTLED, entry.source(), true);
    return now;
  }

  Change adoptSibling(FileId shown, long intent) {
    Transaction tx = context.begin();
    Inode inode = ownInode(tx, shown);
    context.touch(tx, shown);
    return steps.finish(tx, inode.id(), null, null, intent);
  }

  /** The inode of a shown id; a sibling is made a file of its own first. */
  Inode ownInode(Transaction tx, FileId shown) {
    List<Entry> placed = tx.reads.placed(shown);
    for (Entry entry : placed) {
      if (entry.isSibling()) {
        return adopt(tx, entry, new Link(entry.directory(), entry.name()));
      }
    }
    Inode inode = tx.inode(shown);
    if (inode != null) {
      return inode;
    }
    Content.Regular held = tx.reads.held(shown);
    if (held == null || placed.isEmpty()) {
      throw ChangeSteps.refused(ReplicaException.Reason.NO_FILE, shown.toString());
    }
    return revived(tx, shown, placed, held);
  }

  /** A file whose deletion is forgotten already, and which is still here: made anew as it is. */
  private Inode revived(Transaction tx, FileId id, List<Entry> placed, Content.Regular held) {
    Timestamp now = context.now();
    long clock = context.clock.nextAfter(held.clock());
    Dot dot = tx.nextDot();
    List<Link> links =
        placed.stream().map(entry -> new Link(entry.directory(), entry.name())).toList();
    Place place = new Place.Live(dot, clock, links, List.of());
    Attrs attrs =
        ChangeSteps.newAttrs(dot, clock, FileType.REGULAR, AttrsChange.owned(0644, 0, 0), now);
    Content.Regular content = held.stamped(dot, clock);
    Inode inode =
        new Inode(id, FileType.REGULAR, now, List.of(place), List.of(attrs), List.of(content));
    tx.putInode(id, null, inode);
    tx.putHeld(id, content);
    return inode;
  }

  /**
   * Takes a sibling's value out of its inode, and those of the same bytes that it hid. The latest
   * value stays, since it has the file's name, or will have it as soon as that is settled: only a
   * later write takes its place. So members that drop siblings apart never drop all between them.
   */
  void dropContent(Transaction tx, Entry entry) {
    Inode inode = tx.inode(entry.source());
    Dot dot = entry.content();
    Content content = inode == null || dot == null ? null : inode.content(dot);
    if (inode == null || content == null) {
      tx.mark(Table.UNSETTLED, entry.source(), true);
      return;
    }
    Content latest = Inode.latest(inode.contents());
    List<Content> contents = new ArrayList<>(inode.contents());
    // A later one with the same bytes would show in its place if it had been here.
    contents.removeIf(
        other -> other.sameBytes(content) && !other.isLaterThan(content) && !other.equals(latest));
    // Some register must carry the change; the attributes can, with their old clock, so that a
    // change of them made apart still wins.
    Attrs attrs = inode.shownAttrs();
    Dot change = tx.nextDot();
    Attrs carrier =
        attrs == null
            ? ChangeSteps.newAttrs(
                change, 0, inode.type(), AttrsChange.owned(0644, 0, 0), inode.created())
            : attrs.stamped(change, attrs.clock());
    ChangeSteps.putInode(tx, inode, inode.withContents(contents).withAttrs(List.of(carrier)));
    Contents.updatePending(tx, inode.id());
  }
}
