// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which inodes' names must be looked at again after some registers changed. It may mark too many,
 * never too few: settling one that is right already costs a look.
 *
 * <p>An inode's names depend on its own registers, on who else wants them, on whether its parents
 * exist, show, are merged with others or had a move undone. A change marks all that depend on it;
 * only when directories share a name, or one falls back, does that reach below the directory.
 */
final class Marking {

  private final Transaction tx;
  private final Set<FileId> marked = new HashSet<>();

  /** Asked only when it is noted what is missing, merged and undone: it remembers its answers. */
  private final Resolver resolver;

  private Marking(Transaction tx) {
    this.tx = tx;
    this.resolver = new Resolver(tx);
  }

  /** Marks all that the inodes touched so far reach. */
  static void mark(Transaction tx) {
    new Marking(tx).run();
  }

  private void run() {
    List<Transaction.Touched> changes = List.copyOf(tx.touched().values());
    Map<FileId, Link> undoneBefore = tx.state.undone;
    updateUndone(changes);
    List<FileId> cameOrWent = updateMissing(changes);
    // A directory may fall back to where it came from long ago, which others know to be gone.
    undoneNow(undoneBefore).forEach(this::checkParents);
    for (Transaction.Touched change : changes) {
      Inode now = change.now();
      if (now != null && !(tx.isSimple() && tx.isSettledHere(now.id()))) {
        noteMerges(now);
      }
    }
    undoneNow(undoneBefore).forEach(id -> noteMerges(tx.inode(id)));
    tx.stirred().forEach(id -> noteMerges(tx.inode(id)));
    cameOrWent.forEach(id -> markBelow(id, new HashSet<>()));
    for (Transaction.Touched change : changes) {
      markChange(change, undoneBefore);
    }
    for (FileId id : undoneNow(undoneBefore)) {
      Inode directory = tx.inode(id);
      if (directory != null) {
        mark(id);
        markNames(tx.claimed(directory, undoneBefore), id, true);
        markNames(tx.claimed(directory, tx.state.undone), id, true);
      }
    }
    for (FileId id : tx.stirred()) {
      mark(id);
      tx.claimed(tx.inode(id), tx.state.undone).forEach(link -> markName(link, id, true));
    }
  }

  private Set<FileId> undoneNow(Map<FileId, Link> before) {
    Set<FileId> changed = new TreeSet<>();
    before.forEach((id, link) -> {
      if (!link.equals(tx.state.undone.get(id))) {
        changed.add(id);
      }
    });
    tx.state.undone.forEach((id, link) -> {
      if (!link.equals(before.get(id))) {
        changed.add(id);
      }
    });
    return changed;
  }

  private static boolean isDirectory(@Nullable Inode inode) {
    return inode != null && inode.isDirectory() && !inode.isRoot();
  }

  private void updateUndone(List<Transaction.Touched> changes) {
    Set<FileId> seeds = new TreeSet<>(tx.state.undone.keySet());
    for (Transaction.Touched change : changes) {
      Inode now = change.now();
      Inode before = change.before();
      // A directory that nobody can be below yet makes no cycle.
      if (now != null && isDirectory(now) && (before == null || !samePlace(before, now))) {
        seeds.add(now.id());
      }
    }
    boolean onlyNew =
        tx.state.undone.isEmpty()
            && changes.size() == 1
            && changes.getFirst().before() == null
            && tx.dots.size() == 1;
    if (seeds.isEmpty() || onlyNew) {
      return;
    }
    Map<FileId, Link> before = tx.state.undone;
    Map<FileId, Link> now = Cycles.undone(seeds, tx::inode);
    if (now.equals(before)) {
      return;
    }
    Set<FileId> all = new TreeSet<>(before.keySet());
    all.addAll(now.keySet());
    tx.moveClaims(all, now);
  }

  private static boolean samePlace(Inode before, Inode now) {
    return Objects.equals(before.place(), now.place());
  }

  /**
   * Notes which directories are missing; returns those below which all is to be looked at again,
   * since they no longer are, or are now.
   */
  private List<FileId> updateMissing(List<Transaction.Touched> changes) {
    List<FileId> cameOrWent = new ArrayList<>();
    for (Transaction.Touched change : changes) {
      Inode now = change.now();
      Inode before = change.before();
      if (isDirectory(now) && now != null && before == null && !tx.state.missing.isEmpty()) {
        if (tx.state.missing.contains(now.id())) {
          tx.setMissing(now.id(), false);
          if (!tx.isInstalling()) {
            cameOrWent.add(now.id());
          }
          // Else what is in it came by the same pull, and is marked for that.
        }
      }
      if (now == null && before != null && before.isDirectory()) {
        if (tx.anyChild(before.id(), id -> true)) {
          tx.setMissing(before.id(), true);
          cameOrWent.add(before.id());
        }
      }
    }
    for (Transaction.Touched change : changes) {
      Inode before = change.before();
      // What was deleted may have outlived its directory, which nothing showed in.
      List<Link> links = before != null && before.isAlive() ? before.links() : List.of();
      for (Link link : tx.claimed(change.now(), tx.state.undone)) {
        if (!links.contains(link)) {
          checkParent(link.parent());
        }
      }
    }
    tx.stirred().forEach(this::checkParents);
    return cameOrWent;
  }

  private void checkParents(FileId id) {
    tx.claimed(tx.inode(id), tx.state.undone).forEach(link -> checkParent(link.parent()));
  }

  private void checkParent(FileId parent) {
    if (parent.equals(FileId.ROOT)) {
      return;
    }
    Inode inode = tx.inode(parent);
    if (inode == null || !inode.isDirectory()) {
      tx.setMissing(parent, true);
    }
  }

  /** Notes directories that want one literal name, so that the slow rules come into force. */
  private void noteMerges(@Nullable Inode now) {
    if (now == null || !isDirectory(now)) {
      return;
    }
    for (Link link : tx.claimed(now, tx.state.undone)) {
      List<FileId> directories = directories(tx.claimants(link.parent(), link.name()));
      if (directories.size() > 1) {
        directories.forEach(id -> tx.setMerged(id, true));
      }
    }
  }

  private List<FileId> directories(List<FileId> ids) {
    return ids.size() < 2
        ? List.of()
        : ids.stream().filter(id -> isDirectory(tx.inode(id))).toList();
  }

  private void markChange(Transaction.Touched change, Map<FileId, Link> undoneBefore) {
    Inode before = change.before();
    Inode now = change.now();
    Inode any = now != null ? now : before;
    if (any == null) {
      return;
    }
    if (!tx.isSettledHere(any.id())) {
      mark(any.id());
    }
    if (now == null) {
      markSiblingAfter(any.id());
    }
    boolean moved =
        before == null
            || now == null
            || !samePlace(before, now)
            || before.isAlive() != now.isAlive();
    boolean siblings =
        (now != null && now.contents().size() > 1)
            || (before != null && before.contents().size() > 1);
    if (!moved && !siblings) {
      return;
    }
    List<Link> old = tx.claimed(before, undoneBefore);
    List<Link> fresh = tx.claimed(now, tx.state.undone);
    boolean directory = moved && any.isDirectory();
    markNames(old, any.id(), directory);
    markNames(fresh, any.id(), directory);
    if (directory && now == null) {
      markBelow(any.id(), new HashSet<>());
    }
  }

  /** A sibling that shows under another id since a file had its own gets that back. */
  private void markSiblingAfter(FileId gone) {
    FileId shown = ConflictNames.siblingAfter(gone, id -> tx.inode(id) != null);
    tx.reads.placed(shown).stream().filter(Entry::isSibling).forEach(entry -> mark(entry.source()));
  }

  private void markNames(List<Link> links, FileId self, boolean directoryMoved) {
    boolean alone = tx.isSimple() && tx.isSettledHere(self);
    for (Link link : links) {
      markDeadParents(link.parent());
      if (alone) {
        continue;
      }
      markName(link, self, directoryMoved);
      if (isComputed(link.name())) {
        tx.reads.ids(Table.CONFLICT, Integer.MAX_VALUE).forEach(this::mark);
      }
    }
  }

  private static boolean isComputed(EntryName name) {
    return name.length() > ConflictNames.MARK.length()
        && name.toString().contains(ConflictNames.MARK);
  }

  private void markName(Link link, FileId self, boolean directoryMoved) {
    FileId shownIn = resolver.directory(link.parent());
    Set<FileId> wanting = new TreeSet<>();
    for (FileId member : resolver.group(shownIn)) {
      wanting.addAll(tx.claimants(member, link.name()));
    }
    for (FileId member : new TreeSet<>(Set.of(link.parent()))) {
      wanting.addAll(tx.claimants(member, link.name()));
    }
    boolean alone = wanting.isEmpty() || (wanting.size() == 1 && wanting.contains(self));
    if (!alone) {
      wanting.forEach(this::mark);
    }
    if (!directoryMoved) {
      return;
    }
    List<FileId> directories = new ArrayList<>();
    for (FileId id : wanting) {
      if (isDirectory(tx.inode(id))) {
        directories.add(id);
      }
    }
    boolean together = directories.size() > 1;
    directories.forEach(id -> tx.setMerged(id, tx.state.merged.contains(id) || together));
    if (together || tx.state.merged.contains(self) || wasMerged(directories)) {
      Set<FileId> seen = new HashSet<>();
      markBelow(self, seen);
      directories.forEach(id -> markBelow(id, seen));
    }
  }

  private boolean wasMerged(List<FileId> directories) {
    return directories.stream().anyMatch(tx.state.merged::contains);
  }

  /** A deleted directory shows while something in it does: whatever happens in it, look again. */
  private void markDeadParents(FileId parent) {
    FileId id = parent;
    Set<FileId> seen = new HashSet<>();
    while (!id.equals(FileId.ROOT) && seen.add(id)) {
      Inode inode = tx.inode(id);
      if (inode == null || !inode.isDirectory() || inode.isAlive()) {
        return;
      }
      mark(id);
      Link link = resolver.links(inode).getFirst();
      markName(link, id, true);
      id = link.parent();
    }
  }

  /** Without recursion, since trees may be deeper than stacks. */
  private void markBelow(FileId top, Set<FileId> seen) {
    Deque<FileId> directories = new ArrayDeque<>(List.of(top));
    while (!directories.isEmpty()) {
      FileId directory = directories.pop();
      if (!seen.add(directory)) {
        continue;
      }
      for (FileId id : tx.reads.claimsIn(directory)) {
        mark(id);
        Inode inode = tx.inode(id);
        if (inode != null && isDirectory(inode)) {
          noteMergesBelow(inode);
          directories.push(id);
        }
      }
    }
  }

  /** Notes directories that want one name since those that they are in show as one. */
  private void noteMergesBelow(Inode directory) {
    for (Link link : tx.claimed(directory, tx.state.undone)) {
      List<FileId> group = resolver.group(resolver.directory(link.parent()));
      if (group.size() < 2) {
        continue;
      }
      Set<FileId> wanting = new TreeSet<>();
      group.forEach(member -> wanting.addAll(tx.claimants(member, link.name())));
      List<FileId> directories = directories(List.copyOf(wanting));
      if (directories.size() > 1) {
        directories.forEach(id -> tx.setMerged(id, true));
      }
    }
  }

  private void mark(FileId id) {
    if (!id.equals(FileId.ROOT) && marked.add(id)) {
      tx.mark(Table.UNSETTLED, id, true);
    }
  }
}
