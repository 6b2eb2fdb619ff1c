// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The way from registers to names on disk: what an inode should have, and noting what it got. */
final class Settling {

  private static final int MOST_FIRST = 1_000;

  private final Context context;

  Settling(Context context) {
    this.context = context;
  }

  SettlePlan plan(FileId id) {
    return plan(context.begin(), id);
  }

  SettlePlan plan(Transaction tx, FileId id) {
    Inode inode = tx.inode(id);
    List<Entry> have = tx.reads.placedFrom(id);
    Resolver resolver = new Resolver(tx);
    List<Entry> want = inode == null ? List.of() : wanted(tx, resolver, inode, have);
    FileId merged = null;
    if (inode != null && inode.isDirectory() && resolver.isVisible(inode)) {
      FileId canonical = resolver.canonical(inode);
      merged = canonical.equals(id) ? null : canonical;
    }
    FileType type =
        inode != null
            ? inode.type()
            : have.isEmpty() ? unknownType(tx, id) : have.getFirst().type();
    return new SettlePlan(
        id,
        type,
        want,
        have,
        first(tx, id, type, want, have),
        Contents.lacking(tx.reads, inode),
        type != null && type != FileType.DIRECTORY && tx.reads.has(Table.DIRTY, id),
        tx.isInstalling(),
        merged);
  }

  /** What is gone from the index and set aside on disk is a directory if something is in it. */
  private static @Nullable FileType unknownType(Transaction tx, FileId id) {
    return tx.reads.children(id, 0, 1).isEmpty() ? null : FileType.DIRECTORY;
  }

  private static List<Entry> wanted(
      Transaction tx, Resolver resolver, Inode inode, List<Entry> have) {
    List<Entry> want = new ArrayList<>();
    for (Resolver.Named named : resolver.namesOf(inode)) {
      Content content = named.content();
      Dot dot = content == null ? null : content.dot();
      want.add(
          new Entry(
              named.directory(),
              named.name(),
              cookie(tx, named.directory(), named.name(), have),
              named.shown(),
              inode.id(),
              inode.type(),
              named.link(),
              dot));
    }
    return sameOrder(want, have);
  }

  private static long cookie(Transaction tx, FileId directory, EntryName name, List<Entry> have) {
    for (Entry entry : have) {
      if (entry.directory().equals(directory) && entry.name().equals(name)) {
        return entry.cookie();
      }
    }
    return tx.reads.freeCookie(directory, name);
  }

  /** The wanted entries in the order of those on disk, so that equal sets are equal lists. */
  private static List<Entry> sameOrder(List<Entry> want, List<Entry> have) {
    Set<Entry> ordered = new LinkedHashSet<>(have);
    ordered.retainAll(new HashSet<>(want));
    ordered.addAll(want);
    return List.copyOf(ordered);
  }

  private List<FileId> first(
      Transaction tx, FileId id, @Nullable FileType type, List<Entry> want, List<Entry> have) {
    Set<FileId> first = new LinkedHashSet<>();
    TreeWalk walk = new TreeWalk(tx.reads);
    for (Entry entry : want) {
      if (have.stream().anyMatch(old -> sameName(old, entry))) {
        continue;
      }
      FileId directory = entry.directory();
      if (!directory.equals(FileId.ROOT) && tx.reads.placed(directory).isEmpty()) {
        first.add(directory);
      }
      List<FileId> between = walk.between(directory, id);
      if (between != null) {
        between.stream().filter(dir -> tx.reads.has(Table.UNSETTLED, dir)).forEach(first::add);
      }
    }
    for (Entry entry : want) {
      Entry occupant = tx.reads.lookup(entry.directory(), entry.name());
      if (occupant != null && !occupant.source().equals(id)) {
        first.add(occupant.source());
      }
    }
    if (want.isEmpty() && type == FileType.DIRECTORY) {
      tx.reads.children(id, 0, MOST_FIRST).forEach(child -> first.add(child.source()));
    }
    return List.copyOf(first);
  }

  private static boolean sameName(Entry a, Entry b) {
    return a.directory().equals(b.directory()) && a.name().equals(b.name());
  }

  Change settled(FileId id, Collection<Entry> onDisk, Map<FileId, Content.Regular> held) {
    Transaction tx = context.begin();
    Set<FileId> ids = new LinkedHashSet<>(List.of(id));
    ids.addAll(tx.reads.siblings(id));
    note(tx, tx.reads.placedFrom(id), onDisk, held, ids);
    finish(tx, id);
    context.commit(tx, false);
    return new Change(id, List.of(), tx.ticks(), null, null, tx.state.unsettled > 0);
  }

  /**
   * Notes a plan as carried out to its end: there is nothing left to do for its inode, so none is
   * made anew to find that out. Not for directories, whose names are others' business too.
   */
  void carriedOut(Transaction tx, SettlePlan plan) {
    if (!plan.isFinal()) {
      throw new IllegalArgumentException("no plan to be noted unseen: " + plan);
    }
    FileId id = plan.id();
    Map<FileId, Content.Regular> held = new HashMap<>();
    plan.fetch().forEach(content -> held.put(content.shown(), content.wanted()));
    Set<FileId> ids = new LinkedHashSet<>(List.of(id));
    plan.have().forEach(entry -> ids.add(entry.shown()));
    note(tx, plan.have(), plan.want(), held, ids);
    tx.mark(Table.CONFLICT, id, plan.want().stream().anyMatch(Entry::isConflict));
    tx.mark(Table.PENDING, id, false);
    tx.mark(Table.UNSETTLED, id, false);
    if (tx.inode(id) == null && plan.want().isEmpty()) {
      forget(tx, id);
    }
  }

  /** Brings the index's names and held contents up to what is on disk. */
  private void note(
      Transaction tx,
      List<Entry> before,
      Collection<Entry> onDisk,
      Map<FileId, Content.Regular> held,
      Set<FileId> ids) {
    onDisk.forEach(entry -> ids.add(entry.shown()));
    for (Entry old : before) {
      if (onDisk.stream().noneMatch(entry -> sameName(entry, old) && sameShown(entry, old))) {
        tx.removeEntry(old);
        context.touch(tx, old.directory());
      }
    }
    for (Entry entry : onDisk) {
      Entry old = find(before, entry);
      if (old == null) {
        add(tx, entry);
      } else if (!old.equals(entry)) {
        tx.replaceEntry(old, withCookie(entry, old.cookie()));
      }
    }
    for (FileId shown : ids) {
      Content.Regular bytes = held.get(shown);
      if (bytes != null) {
        tx.putHeld(shown, bytes);
      } else if (tx.reads.placed(shown).isEmpty()) {
        tx.putHeld(shown, null);
      }
      context.touch(tx, shown);
    }
  }

  private static boolean sameShown(Entry a, Entry b) {
    return a.shown().equals(b.shown());
  }

  private static @Nullable Entry find(List<Entry> entries, Entry wanted) {
    for (Entry entry : entries) {
      if (sameName(entry, wanted) && sameShown(entry, wanted)) {
        return entry;
      }
    }
    return null;
  }

  private void add(Transaction tx, Entry entry) {
    Entry there = tx.reads.lookup(entry.directory(), entry.name());
    if (there != null) {
      throw new ReplicaException(ReplicaException.Reason.TAKEN, entry.name().toString());
    }
    long cookie = tx.reads.freeCookie(entry.directory(), entry.name());
    tx.addEntry(withCookie(entry, cookie));
    context.touch(tx, entry.directory());
  }

  private static Entry withCookie(Entry entry, long cookie) {
    return new Entry(
        entry.directory(),
        entry.name(),
        cookie,
        entry.shown(),
        entry.source(),
        entry.type(),
        entry.link(),
        entry.content());
  }

  private void finish(Transaction tx, FileId id) {
    SettlePlan plan = plan(tx, id);
    if (!Objects.equals(tx.state.aliases.get(id), plan.mergedInto())) {
      tx.setAlias(id, plan.mergedInto());
      // What was made in it while it stood for itself now shows elsewhere.
      tx.reads.claimsIn(id).forEach(child -> tx.mark(Table.UNSETTLED, child, true));
    }
    tx.mark(Table.CONFLICT, id, plan.have().stream().anyMatch(Entry::isConflict));
    Inode inode = tx.inode(id);
    if (inode != null && inode.isDirectory() && tx.state.merged.contains(id)) {
      leaveMerged(tx, inode);
    }
    Contents.updatePending(tx, id);
    if (plan.isSettled()) {
      tx.mark(Table.UNSETTLED, id, false);
    }
    if (inode == null && plan.have().isEmpty()) {
      forget(tx, id);
    }
  }

  private void forget(Transaction tx, FileId id) {
    tx.forgetLocal(id);
    tx.setMerged(id, false);
    // A directory's time that was yet to be published.
    tx.mark(Table.DIRTY, id, false);
    context.dirtyDirectories.remove(id);
  }

  private static void leaveMerged(Transaction tx, Inode directory) {
    for (Link link : tx.claimed(directory, tx.state.undone)) {
      Resolver resolver = new Resolver(tx);
      int directories = 0;
      for (FileId member : resolver.group(resolver.directory(link.parent()))) {
        for (FileId other : tx.claimants(member, link.name())) {
          Inode inode = tx.inode(other);
          directories += inode != null && inode.isDirectory() ? 1 : 0;
        }
      }
      if (directories > 1) {
        return;
      }
    }
    tx.setMerged(directory.id(), false);
  }

  void held(FileId shown, Content.@Nullable Regular content) {
    Transaction tx = context.begin();
    tx.putHeld(shown, content);
    List<Entry> placed = tx.reads.placed(shown);
    FileId source = placed.isEmpty() ? shown : placed.getFirst().source();
    Contents.updatePending(tx, source);
    tx.mark(Table.UNSETTLED, source, true);
    context.commit(tx, false);
  }

  List<PendingContent> pending(FileId after, int most) {
    Transaction tx = context.begin();
    List<PendingContent> pending = new ArrayList<>();
    for (FileId id : tx.reads.idsAfter(Table.PENDING, after, most)) {
      for (PendingContent content : Contents.lacking(tx.reads, tx.inode(id))) {
        if (!content.missing().isEmpty()) {
          pending.add(content);
        }
      }
    }
    pending.sort(java.util.Comparator.comparingLong(PendingContent::missingBytes));
    return pending;
  }
}
