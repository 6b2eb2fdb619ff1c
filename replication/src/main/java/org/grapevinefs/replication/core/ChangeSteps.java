// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What all local changes share: finding what a name means, giving it anew, and the commit. */
final class ChangeSteps {

  private final Context context;

  ChangeSteps(Context context) {
    this.context = context;
  }

  static @Nullable Dot contentDot(@Nullable Content content) {
    return content == null || content instanceof Content.Directory ? null : content.dot();
  }

  static Attrs newAttrs(Dot dot, long clock, FileType type, AttrsChange change, Timestamp now) {
    int mode = type == FileType.DIRECTORY ? 0755 : 0644;
    Attrs blank = new Attrs(dot, clock, mode, 0, 0, now, null, new TreeMap<>());
    return changed(blank, dot, clock, change);
  }

  static Attrs changed(Attrs old, Dot dot, long clock, AttrsChange change) {
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

  static Entry place(Transaction tx, Inode inode, Link link, @Nullable Dot content) {
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

  /** Contents that a deletion had seen do not come back with the others. */
  static void dropDeleted(Inode inode, List<Content> contents) {
    if (inode.isAlive()) {
      List<Content> unseen = inode.unseen();
      contents.removeIf(content -> inode.contents().contains(content) && !unseen.contains(content));
    }
  }

  /** Whether deletions had seen all that a file holds, so that only a place can keep it. */
  static boolean isDeletedWithAll(Inode inode) {
    Set<Dot> seen = seen(inode);
    return !seen.isEmpty() && inode.contents().stream().allMatch(one -> seen.contains(one.dot()));
  }

  static Set<Dot> seen(Inode inode) {
    Set<Dot> seen = new HashSet<>();
    for (Place place : inode.places()) {
      if (place instanceof Place.Deleted deleted) {
        seen.addAll(deleted.seen());
      }
    }
    return seen;
  }

  /** A directory and those that show as it. */
  static List<FileId> group(Transaction tx, FileId directory) {
    List<FileId> group = new ArrayList<>(List.of(directory));
    tx.state.aliases.forEach((alias, canonical) -> {
      if (canonical.equals(directory)) {
        group.add(alias);
      }
    });
    return group;
  }

  static FileId directory(Transaction tx, FileId asked) {
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

  static Entry entry(Transaction tx, FileId directory, EntryName name) {
    Entry entry = tx.reads.lookup(directory, name);
    if (entry == null) {
      throw refused(ReplicaException.Reason.NO_ENTRY, name.toString());
    }
    return entry;
  }

  void putLive(Transaction tx, Inode inode, List<Link> links) {
    long clock = context.clock.nextAfter(inode.latestClock());
    Place place = new Place.Live(tx.nextDot(), clock, links, inode.links());
    List<Content> contents = new ArrayList<>(inode.contents());
    dropDeleted(inode, contents);
    Inode now = inode.withContents(contents).withPlaces(List.of(place));
    if (inode.isAlive() && !isDeletedWithAll(inode)) {
      putInode(tx, inode, now);
      return;
    }
    // It was deleted elsewhere, with contents that may not be here yet: it is back as it is here.
    putInode(tx, inode, new Comeback(context, tx).kept(now));
    Contents.updatePending(tx, inode.id());
  }

  /**
   * Brings a directory back into which something is put though it was deleted elsewhere, and those
   * above it: a node that knew of the deletion for long has forgotten the directory.
   */
  void revive(Transaction tx, FileId directory) {
    Inode inode = tx.inode(directory);
    while (inode != null && inode.isDirectory() && !inode.isAlive()) {
      putLive(tx, inode, inode.links());
      inode = tx.inode(inode.links().getFirst().parent());
    }
  }

  /** Puts registers whose names on disk this change keeps right, unless more was to be settled. */
  static void putInode(Transaction tx, Inode before, Inode now) {
    tx.putInode(now.id(), before, now);
    if (now.contents().size() < 2) {
      tx.settledHere(now.id());
    } else {
      tx.mark(Table.UNSETTLED, now.id(), true);
    }
  }

  Change finish(
      Transaction tx, FileId id, @Nullable Entry entry, @Nullable FileId gone, long intent) {
    if (intent != 0) {
      tx.delete(Table.INTENT, Keys.number(intent));
    }
    LetGo.mark(tx);
    context.commit(tx, false);
    return new Change(id, tx.dots, tx.ticks(), entry, gone, tx.state.unsettled > 0);
  }

  static ReplicaException refused(ReplicaException.Reason reason, String message) {
    return new ReplicaException(reason, message);
  }
}
