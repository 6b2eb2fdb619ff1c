// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The changes that people make here. Each is one batch: registers, names on disk, log and counters.
 *
 * <p>A change supersedes what this node showed, no more: what is known but not held lives on.
 */
final class LocalChanges {

  private final Context context;

  LocalChanges(Context context) {
    this.context = context;
  }

  // --- making

  Change create(
      FileId id,
      FileId directory,
      EntryName name,
      NewContent content,
      AttrsChange attrs,
      long intent) {
    Transaction tx = context.begin();
    FileId in = directory(tx, directory);
    if (tx.reads.lookup(in, name) != null) {
      throw refused(ReplicaException.Reason.TAKEN, name.toString());
    }
    Timestamp now = context.now();
    long clock = context.clock.next();
    Dot dot = tx.nextDot();
    Link link = new Link(in, name);
    Attrs first = newAttrs(dot, clock, content.type(), attrs, now);
    Content value = content.stamped(dot, clock, now);
    Place place = new Place.Live(dot, clock, List.of(link), List.of());
    Inode inode =
        new Inode(id, content.type(), now, List.of(place), List.of(first), List.of(value));
    tx.putInode(id, null, inode);
    tx.settledHere(id);
    Entry entry = place(tx, inode, link, contentDot(value));
    if (value instanceof Content.Regular regular) {
      tx.putHeld(id, regular);
    }
    context.touch(tx, id);
    context.touchDirectory(tx, in, now);
    return finish(tx, id, entry, null, intent);
  }

  private static @Nullable Dot contentDot(@Nullable Content content) {
    return content == null || content instanceof Content.Directory ? null : content.dot();
  }

  private static Attrs newAttrs(
      Dot dot, long clock, FileType type, AttrsChange change, Timestamp now) {
    int mode = type == FileType.DIRECTORY ? 0755 : 0644;
    Attrs blank = new Attrs(dot, clock, mode, 0, 0, now, null, new TreeMap<>());
    return changed(blank, dot, clock, change);
  }

  private static Attrs changed(Attrs old, Dot dot, long clock, AttrsChange change) {
    Timestamp modified = change.modified();
    Timestamp accessed = change.accessed();
    Integer mode = change.mode();
    Integer uid = change.uid();
    Integer gid = change.gid();
    java.util.SortedMap<String, Bytes> xattrs = change.xattrs();
    return new Attrs(
        dot,
        clock,
        mode != null ? mode : old.mode(),
        uid != null ? uid : old.uid(),
        gid != null ? gid : old.gid(),
        accessed != null ? accessed : old.accessed(),
        modified != null ? new Attrs.ModifiedOverride(modified, clock) : old.modified(),
        xattrs != null ? xattrs : old.xattrs());
  }

  private Entry place(Transaction tx, Inode inode, Link link, @Nullable Dot content) {
    long cookie = tx.reads.freeCookie(link.parent(), link.name());
    Entry entry =
        new Entry(
            link.parent(),
            link.name(),
            cookie,
            inode.id(),
            inode.id(),
            inode.type(),
            link,
            content);
    tx.addEntry(entry);
    return entry;
  }

  Change link(FileId file, FileId directory, EntryName name, long intent) {
    Transaction tx = context.begin();
    FileId in = directory(tx, directory);
    if (tx.reads.lookup(in, name) != null) {
      throw refused(ReplicaException.Reason.TAKEN, name.toString());
    }
    Inode inode = ownInode(tx, file);
    if (inode.isDirectory()) {
      throw refused(ReplicaException.Reason.IS_DIRECTORY, "link");
    }
    List<Link> links = new ArrayList<>(inode.links());
    Link link = new Link(in, name);
    links.add(link);
    if (links.size() > context.limits.links()) {
      throw refused(ReplicaException.Reason.LIMIT, "links");
    }
    List<Entry> placed = tx.reads.placed(file);
    putLive(tx, inode, links);
    Entry entry = place(tx, inode, link, placed.isEmpty() ? null : placed.getFirst().content());
    context.touch(tx, file);
    context.touchDirectory(tx, in, context.now());
    return finish(tx, file, entry, null, intent);
  }

  // --- contents and attributes

  Change setAttrs(FileId file, AttrsChange change, long intent) {
    Transaction tx = context.begin();
    FileId id = tx.state.aliases.getOrDefault(file, file);
    Inode inode = ownInode(tx, id);
    long clock = context.clock.nextAfter(inode.latestClock());
    Dot dot = tx.nextDot();
    Attrs old = inode.shownAttrs();
    Attrs now =
        old == null
            ? newAttrs(dot, clock, inode.type(), change, inode.created())
            : changed(old, dot, clock, change);
    putInode(tx, inode, inode.withAttrs(List.of(now)));
    if (change.modified() != null && inode.isDirectory()) {
      context.dirtyDirectories.remove(id);
      tx.mark(Table.DIRTY, id, false);
    }
    context.touch(tx, id);
    return finish(tx, id, null, null, intent);
  }

  Change version(
      FileId file,
      long size,
      Timestamp modified,
      List<ByteRange> holes,
      List<ByteRange> written,
      @Nullable Bytes hash,
      boolean clean,
      long intent) {
    Transaction tx = context.begin();
    Inode inode = ownInode(tx, file);
    if (inode.type() != FileType.REGULAR) {
      throw refused(ReplicaException.Reason.WRONG_TYPE, "version");
    }
    boolean dead = !inode.isAlive();
    if (dead && tx.reads.placed(file).isEmpty()) {
      throw refused(ReplicaException.Reason.NO_FILE, "deleted");
    }
    Content.Regular held = tx.reads.held(file);
    long clock = context.clock.nextAfter(inode.latestClock());
    Dot dot = tx.nextDot();
    RangeMap map =
        (held == null ? RangeMap.EMPTY : held.ranges()).changed(size, holes, written, dot);
    Content.Regular now = new Content.Regular(dot, clock, modified, size, map, hash);
    List<Content> contents = new ArrayList<>(inode.contents());
    contents.removeIf(old -> Contents.isHeldAs(held, old));
    if (dead) {
      // Deleted elsewhere and still here: this write was made apart, and brings the file back
      // alone.
      contents.removeAll(inode.contents());
    }
    dropDeleted(inode, contents);
    contents.add(now);
    putInode(tx, inode, inode.withContents(contents));
    tx.putHeld(file, now);
    for (Entry entry : tx.reads.placed(file)) {
      tx.replaceEntry(entry, withContent(entry, dot));
    }
    if (clean) {
      tx.mark(Table.DIRTY, file, false);
    }
    Contents.updatePending(tx, file);
    context.touch(tx, file);
    return finish(tx, file, null, null, intent);
  }

  private static Entry withContent(Entry old, Dot content) {
    return new Entry(
        old.directory(),
        old.name(),
        old.cookie(),
        old.shown(),
        old.source(),
        old.type(),
        old.link(),
        content);
  }

  /** Contents that a deletion had seen do not come back with the others. */
  private static void dropDeleted(Inode inode, List<Content> contents) {
    if (inode.place() instanceof Place.Deleted && inode.isAlive()) {
      Set<Dot> seen = seen(inode);
      contents.removeIf(content -> seen.contains(content.dot()));
    }
  }

  private static Set<Dot> seen(Inode inode) {
    Set<Dot> seen = new HashSet<>();
    for (Place place : inode.places()) {
      if (place instanceof Place.Deleted deleted) {
        seen.addAll(deleted.seen());
      }
    }
    return seen;
  }

  Change setDirectoryTime(FileId directory, Timestamp modified, long intent) {
    Transaction tx = context.begin();
    Inode inode = tx.inode(directory);
    context.dirtyDirectories.remove(directory);
    tx.mark(Table.DIRTY, directory, false);
    if (inode != null && inode.isAlive() && inode.isDirectory()) {
      long clock = context.clock.nextAfter(inode.latestClock());
      Content time = new Content.Directory(tx.nextDot(), clock, modified);
      putInode(tx, inode, inode.withContents(List.of(time)));
    }
    return finish(tx, directory, null, null, intent);
  }

  // --- removing

  Change remove(FileId directory, EntryName name, boolean wantsDirectory, long intent) {
    Transaction tx = context.begin();
    FileId in = directory(tx, directory);
    Entry entry = entry(tx, in, name);
    boolean isDirectory = entry.type() == FileType.DIRECTORY;
    if (isDirectory != wantsDirectory) {
      throw refused(
          isDirectory
              ? ReplicaException.Reason.IS_DIRECTORY
              : ReplicaException.Reason.NOT_DIRECTORY,
          name.toString());
    }
    FileId gone = remove(tx, entry);
    context.touchDirectory(tx, in, context.now());
    return finish(tx, entry.shown(), null, gone, intent);
  }

  /** Takes a name away; returns the shown id that has no name left, or null. */
  private @Nullable FileId remove(Transaction tx, Entry entry) {
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
      adoptSiblings(tx, inode);
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
    putLive(tx, inode, links);
  }

  private Set<Dot> seenHere(Transaction tx, Inode inode) {
    Set<Dot> seen = seen(inode);
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
    putInode(tx, inode, now);
    if (now.isAlive()) {
      tx.mark(Table.UNSETTLED, inode.id(), true);
    }
  }

  private void removeDirectory(Transaction tx, Entry entry) {
    if (!tx.reads.children(entry.shown(), 0, 1).isEmpty()) {
      throw refused(ReplicaException.Reason.NOT_EMPTY, entry.name().toString());
    }
    tx.removeEntry(entry);
    for (FileId id : group(tx, entry.shown())) {
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

  /** A directory and those that show as it. */
  private static List<FileId> group(Transaction tx, FileId directory) {
    List<FileId> group = new ArrayList<>(List.of(directory));
    tx.state.aliases.forEach((alias, canonical) -> {
      if (canonical.equals(directory)) {
        group.add(alias);
      }
    });
    return group;
  }

  private void dropSibling(Transaction tx, Entry entry) {
    tx.removeEntry(entry);
    dropContent(tx, entry);
    tx.putHeld(entry.shown(), null);
    tx.mark(Table.DIRTY, entry.shown(), false);
  }

  /** Takes a sibling's value out of its inode. */
  private void dropContent(Transaction tx, Entry entry) {
    Inode inode = tx.inode(entry.source());
    Dot dot = entry.content();
    Content content = inode == null || dot == null ? null : inode.content(dot);
    if (inode == null || content == null) {
      tx.mark(Table.UNSETTLED, entry.source(), true);
      return;
    }
    List<Content> contents = new ArrayList<>(inode.contents());
    contents.removeIf(other -> other.sameBytes(content));
    // Some register must carry the change; the attributes can, with their old clock, so that a
    // change of them made apart still wins.
    Attrs attrs = inode.shownAttrs();
    Dot change = tx.nextDot();
    Attrs carrier =
        attrs == null
            ? newAttrs(change, 0, inode.type(), AttrsChange.owned(0644, 0, 0), inode.created())
            : attrs.stamped(change, attrs.clock());
    putInode(tx, inode, inode.withContents(contents).withAttrs(List.of(carrier)));
    Contents.updatePending(tx, inode.id());
  }

  // --- siblings

  private void adoptSiblings(Transaction tx, Inode inode) {
    for (FileId sibling : tx.reads.siblings(inode.id())) {
      for (Entry entry : tx.reads.placed(sibling).stream().filter(Entry::isSibling).toList()) {
        adopt(tx, entry, new Link(entry.directory(), entry.name()));
      }
    }
  }

  /** Makes a sibling a file of its own, at a link. */
  private Inode adopt(Transaction tx, Entry entry, Link link) {
    Inode source = tx.inode(entry.source());
    Dot dot = entry.content();
    Content.Regular held = tx.reads.held(entry.shown());
    Content content = source == null || dot == null ? null : source.content(dot);
    Content value = content != null ? content : held;
    if (value == null) {
      throw refused(ReplicaException.Reason.NO_FILE, "sibling without content");
    }
    FileId id = entry.shown();
    Inode before = tx.inode(id);
    long clock = context.clock.nextAfter(value.clock());
    Dot change = tx.nextDot();
    Attrs attrs = source == null ? null : source.shownAttrs();
    Attrs copied =
        attrs == null
            ? newAttrs(change, clock, entry.type(), AttrsChange.owned(0644, 0, 0), context.now())
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
    place(tx, now, link, change);
    if (own instanceof Content.Regular regular) {
      tx.putHeld(id, regular);
    }
    if (content != null) {
      dropContent(tx, entry);
    }
    tx.mark(Table.UNSETTLED, entry.source(), true);
    return now;
  }

  Change adoptSibling(FileId shown, long intent) {
    Transaction tx = context.begin();
    Inode inode = ownInode(tx, shown);
    context.touch(tx, shown);
    return finish(tx, inode.id(), null, null, intent);
  }

  /** The inode of a shown id; a sibling is made a file of its own first. */
  private Inode ownInode(Transaction tx, FileId shown) {
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
      throw refused(ReplicaException.Reason.NO_FILE, shown.toString());
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
    Attrs attrs = newAttrs(dot, clock, FileType.REGULAR, AttrsChange.owned(0644, 0, 0), now);
    Content.Regular content = held.stamped(dot, clock);
    Inode inode =
        new Inode(id, FileType.REGULAR, now, List.of(place), List.of(attrs), List.of(content));
    tx.putInode(id, null, inode);
    tx.putHeld(id, content);
    return inode;
  }

  // --- moving

  Change rename(
      FileId fromDirectory, EntryName from, FileId toDirectory, EntryName to, long intent) {
    Transaction tx = context.begin();
    FileId source = directory(tx, fromDirectory);
    FileId target = directory(tx, toDirectory);
    Entry entry = entry(tx, source, from);
    Entry there = tx.reads.lookup(target, to);
    if (there != null && there.shown().equals(entry.shown())) {
      return new Change(entry.shown(), List.of(), tx.ticks(), there, null, false);
    }
    boolean isDirectory = entry.type() == FileType.DIRECTORY;
    if (isDirectory && new TreeWalk(tx.reads).isBelow(target, entry.shown())) {
      throw refused(ReplicaException.Reason.INTO_ITSELF, to.toString());
    }
    FileId gone = there == null ? null : replace(tx, there, isDirectory);
    // What was replaced may have been this entry's own inode, so look again.
    Entry moving = entry(tx, source, from);
    Entry moved = move(tx, moving, new Link(target, to));
    Timestamp now = context.now();
    context.touch(tx, moved.shown());
    context.touchDirectory(tx, source, now);
    context.touchDirectory(tx, target, now);
    return finish(tx, moved.shown(), moved, gone, intent);
  }

  private @Nullable FileId replace(Transaction tx, Entry there, boolean byDirectory) {
    boolean isDirectory = there.type() == FileType.DIRECTORY;
    if (isDirectory != byDirectory) {
      throw refused(
          isDirectory
              ? ReplicaException.Reason.IS_DIRECTORY
              : ReplicaException.Reason.NOT_DIRECTORY,
          there.name().toString());
    }
    return remove(tx, there);
  }

  private Entry move(Transaction tx, Entry entry, Link to) {
    if (entry.isSibling()) {
      adopt(tx, entry, to);
      return entry(tx, to.parent(), to.name());
    }
    Inode inode = tx.inode(entry.source());
    if (inode == null) {
      throw refused(ReplicaException.Reason.NO_FILE, entry.name().toString());
    }
    List<Entry> placed = tx.reads.placed(entry.shown());
    tx.removeEntry(entry);
    for (FileId id : inode.isDirectory() ? group(tx, inode.id()) : List.of(inode.id())) {
      Inode one = tx.inode(id);
      if (one != null) {
        putLive(tx, one, movedLinks(one, entry, to, placed.size()));
      }
    }
    return place(tx, inode, to, entry.content());
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

  // --- common steps

  private FileId directory(Transaction tx, FileId asked) {
    FileId id = tx.state.aliases.getOrDefault(asked, asked);
    Inode inode = tx.inode(id);
    if (inode == null) {
      throw refused(ReplicaException.Reason.NO_FILE, id.toString());
    }
    if (!inode.isDirectory()) {
      throw refused(ReplicaException.Reason.NOT_DIRECTORY, id.toString());
    }
    if (!inode.isAlive() && tx.reads.placed(id).isEmpty()) {
      throw refused(ReplicaException.Reason.NO_FILE, "deleted directory");
    }
    return id;
  }

  private static Entry entry(Transaction tx, FileId directory, EntryName name) {
    Entry entry = tx.reads.lookup(directory, name);
    if (entry == null) {
      throw refused(ReplicaException.Reason.NO_ENTRY, name.toString());
    }
    return entry;
  }

  private void putLive(Transaction tx, Inode inode, List<Link> links) {
    long clock = context.clock.nextAfter(inode.latestClock());
    Place place = new Place.Live(tx.nextDot(), clock, links, inode.links());
    List<Content> contents = new ArrayList<>(inode.contents());
    dropDeleted(inode, contents);
    putInode(tx, inode, inode.withContents(contents).withPlaces(List.of(place)));
  }

  /** Puts registers whose names on disk this change keeps right, unless more was to be settled. */
  private static void putInode(Transaction tx, Inode before, Inode now) {
    tx.putInode(now.id(), before, now);
    if (now.contents().size() < 2) {
      tx.settledHere(now.id());
    } else {
      tx.mark(Table.UNSETTLED, now.id(), true);
    }
  }

  private Change finish(
      Transaction tx, FileId id, @Nullable Entry entry, @Nullable FileId gone, long intent) {
    if (intent != 0) {
      tx.delete(Table.INTENT, Keys.number(intent));
    }
    Marking.mark(tx);
    context.commit(tx, false);
    return new Change(id, tx.dots, tx.ticks(), entry, gone, tx.state.unsettled > 0);
  }

  private static ReplicaException refused(ReplicaException.Reason reason, String message) {
    return new ReplicaException(reason, message);
  }
}
