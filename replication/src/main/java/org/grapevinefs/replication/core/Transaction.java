// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One change in the making: registers with all that is derived from them (claims, log, digest,
 * counters), and the names on disk. Everything goes into one batch. Not thread-safe.
 */
final class Transaction implements Claims {

  /** The value of a row that is only there or not. */
  static final byte[] NOTHING = {Codec.VERSION};

  private static final byte[] GRAVE = {0};
  private static final int MOST_READ = 10_000;

  final State state;
  final Reads reads;
  private final Overlay overlay;
  private final StateRows rows;
  private final Map<FileId, Touched> touched = new LinkedHashMap<>();

  /** What was read and not touched: only this transaction writes, so it stays true. */
  private final Map<FileId, Optional<Inode>> read = new HashMap<>();

  private final Map<FileId, Change.Tick> ticks = new HashMap<>();
  private final Set<FileId> onDisk = new HashSet<>();
  private final Set<FileId> stirred = new LinkedHashSet<>();
  private final Set<FileId> relisted = new HashSet<>();
  private final RowCache.Changes changes;

  /** The sets of the state that nobody else has. */
  private final Set<Set<FileId>> own = Collections.newSetFromMap(new IdentityHashMap<>());

  private final InodeCache cache;
  private final boolean quiet;
  private final boolean simple;
  final List<Dot> dots = new ArrayList<>();

  /** An inode before the transaction and now. */
  record Touched(@Nullable Inode before, @Nullable Inode now) {}

  Transaction(ReplicaStore.Reader reader, State before, InodeCache cache, RowCache known) {
    this.state = before.clone();
    this.cache = cache;
    this.quiet = before.unsettled == 0;
    this.simple = quiet && before.conflicts == 0 && isPlain() && before.undone.isEmpty();
    this.overlay = new Overlay(reader);
    this.changes = new RowCache.Changes(known);
    this.reads = new Reads(overlay, () -> this.state.conflicts > 0, changes, null);
    this.rows = new StateRows(before);
  }

  // --- registers

  Map<FileId, Touched> touched() {
    return touched;
  }

  /** The rows that it changed, decoded. */
  RowCache.Changes changes() {
    return changes;
  }

  /** The directories whose names on disk it changed. */
  Set<FileId> relisted() {
    return relisted;
  }

  /** Says that the store has nothing of an id that was just drawn. */
  void isNew(FileId id) {
    changes.put(id, Rows.FRESH);
  }

  /**
   * Marks an inode whose names on disk this transaction itself brings up to date. While anything is
   * unsettled that cannot be relied on: its directory itself may be about to move.
   */
  void settledHere(FileId id) {
    if (quiet) {
      onDisk.add(id);
    }
  }

  /**
   * Whether, before this transaction, every name on disk was the only one to want it: then a change
   * of this node's own concerns nobody else's name.
   */
  boolean isSimple() {
    return simple;
  }

  boolean isSettledHere(FileId id) {
    return onDisk.contains(id);
  }

  /** The next change of this replica. */
  Dot nextDot() {
    Dot dot = new Dot(state.origin, state.knowledge.get(state.origin) + 1);
    state.knowledge = state.knowledge.with(dot);
    dots.add(dot);
    return dot;
  }

  /** Replaces an inode's registers; null for none. */
  void putInode(FileId id, @Nullable Inode before, @Nullable Inode now) {
    byte[] key = id.toBytes();
    if (now == null) {
      overlay.delete(Table.INODE, key);
    } else {
      overlay.put(Table.INODE, key, Codec.stored(Codec.inode(now)));
    }
    updateLog(id, before, now);
    count(before, -1);
    count(now, 1);
    boolean wasDead = before != null && !before.isAlive();
    boolean isDead = now != null && !now.isAlive();
    if (isDead != wasDead) {
      mark(Table.TOMBSTONE, id, isDead);
    }
    Touched earlier = touched.get(id);
    touched.put(id, new Touched(earlier == null ? before : earlier.before(), now));
    updateClaims(id, before, now);
  }

  private void updateLog(FileId id, @Nullable Inode before, @Nullable Inode now) {
    Set<Dot> old = before == null ? Set.of() : before.dots();
    Set<Dot> fresh = now == null ? Set.of() : now.dots();
    for (Dot dot : old) {
      if (!fresh.contains(dot)) {
        overlay.delete(Table.LOG, Keys.dot(dot));
      }
    }
    for (Dot dot : fresh) {
      if (!old.contains(dot)) {
        overlay.put(Table.LOG, Keys.dot(dot), id.toBytes());
      }
    }
  }

  /** The links under which an inode wants a name, if it shows. */
  List<Link> claimed(@Nullable Inode inode, Map<FileId, Link> undone) {
    if (inode == null || inode.isRoot() || !(inode.isAlive() || inode.isDirectory())) {
      return List.of();
    }
    Link fallBack = inode.isDirectory() ? undone.get(inode.id()) : null;
    return fallBack != null ? List.of(fallBack) : inode.links();
  }

  /** Whether an inode is listed: a deleted directory only while something in it shows. */
  private boolean isListed(Inode inode) {
    return inode.isAlive() || state.revived.contains(inode.id());
  }

  boolean isListed(FileId id) {
    Inode inode = inode(id);
    return inode != null && isListed(inode);
  }

  private void updateClaims(FileId id, @Nullable Inode before, @Nullable Inode now) {
    List<Link> old = before != null && isListed(before) ? claimed(before, state.undone) : List.of();
    boolean deadDirectory = now != null && now.isDirectory() && !now.isAlive();
    setRevived(id, deadDirectory && reads.anyClaim(id, child -> true));
    List<Link> fresh = now != null && isListed(now) ? claimed(now, state.undone) : List.of();
    if (old.equals(fresh)) {
      return;
    }
    moveRows(id, old, fresh);
    old.forEach(link -> reviveOrLay(link.parent()));
    fresh.forEach(link -> reviveOrLay(link.parent()));
  }

  private void moveRows(FileId id, List<Link> from, List<Link> to) {
    from.forEach(link -> overlay.delete(Table.CLAIM, Keys.claim(link, id)));
    to.forEach(link -> overlay.put(Table.CLAIM, Keys.claim(link, id), NOTHING));
  }

  /** Has a deleted directory show exactly as long as something in it does, and so on upwards. */
  private void reviveOrLay(FileId lowest) {
    Deque<FileId> toLookAt = new ArrayDeque<>(List.of(lowest));
    while (!toLookAt.isEmpty()) {
      FileId directory = toLookAt.pop();
      Inode inode = inode(directory);
      if (inode == null || !inode.isDirectory() || inode.isAlive()) {
        continue;
      }
      boolean shows = reads.anyClaim(directory, child -> true);
      if (shows == state.revived.contains(directory)) {
        continue;
      }
      setRevived(directory, shows);
      stirred.add(directory);
      List<Link> links = claimed(inode, state.undone);
      moveRows(directory, shows ? List.of() : links, shows ? links : List.of());
      links.forEach(link -> toLookAt.push(link.parent()));
    }
  }

  /** Deleted directories that came to show, or ceased to, by what happened in them. */
  List<FileId> stirred() {
    return List.copyOf(stirred);
  }

  /** Moves directories' claims when their fall-backs change. */
  void moveClaims(Set<FileId> directories, Map<FileId, Link> now) {
    Map<FileId, Link> before = state.undone;
    Set<FileId> parents = new LinkedHashSet<>();
    for (FileId id : directories) {
      Inode directory = inode(id);
      if (directory != null && isListed(directory)) {
        List<Link> from = claimed(directory, before);
        List<Link> to = claimed(directory, now);
        moveRows(id, from, to);
        from.forEach(link -> parents.add(link.parent()));
        to.forEach(link -> parents.add(link.parent()));
      }
    }
    setUndone(now);
    parents.forEach(this::reviveOrLay);
  }

  private void count(@Nullable Inode inode, int sign) {
    if (inode == null || !inode.isAlive()) {
      return;
    }
    state.digest += sign * stateDigest(inode);
    if (!inode.isRoot()) {
      state.files += sign;
      Content winner = inode.winner();
      state.bytes += winner instanceof Content.Regular regular ? sign * regular.size() : 0;
    }
  }

  /**
   * The part of the state digest that an inode which is there adds. A deletion that a live place
   * beats does not count, nor what it had seen: one replica may have purged it, and another not.
   */
  static long stateDigest(Inode inode) {
    long sum = 0;
    long id = Hash64.mix(inode.id().high(), inode.id().low());
    boolean live = inode.place() instanceof Place.Live;
    for (Place value : inode.places()) {
      sum += live && value instanceof Place.Deleted ? 0 : Hash64.mix(id, value.dot().hash64(), 1);
    }
    for (Attrs value : inode.attrs()) {
      sum += Hash64.mix(id, value.dot().hash64(), 2);
    }
    for (Content value : inode.unseen()) {
      sum += Hash64.mix(id, value.dot().hash64(), 3);
    }
    return sum;
  }

  // --- names on disk

  void addEntry(Entry entry) {
    relisted.add(entry.directory());
    overlay.put(Table.CHILD, Keys.child(entry.directory(), entry.cookie()), Reads.stored(entry));
    List<Entry> entries = new ArrayList<>(reads.placed(entry.shown()));
    entries.add(entry);
    putPlaced(entry.shown(), entries);
    if (entry.type() == FileType.DIRECTORY) {
      addSubdirectories(entry.directory(), 1);
    }
    state.conflicts += entry.isConflict() ? 1 : 0;
    if (entry.isConflict()) {
      mark(Table.CONFLICT, entry.source(), true);
    }
    if (entry.isSibling()) {
      overlay.put(Table.SIBLING, Keys.pair(entry.source(), entry.shown()), NOTHING);
    }
  }

  void removeEntry(Entry entry) {
    relisted.add(entry.directory());
    byte[] key = Keys.child(entry.directory(), entry.cookie());
    if (reads.isProbedPast(entry.directory(), entry.cookie())) {
      overlay.put(Table.CHILD, key, GRAVE);
    } else {
      overlay.delete(Table.CHILD, key);
    }
    List<Entry> entries = new ArrayList<>(reads.placed(entry.shown()));
    entries.removeIf(
        other -> other.directory().equals(entry.directory()) && other.name().equals(entry.name()));
    putPlaced(entry.shown(), entries);
    if (entry.type() == FileType.DIRECTORY) {
      addSubdirectories(entry.directory(), -1);
    }
    state.conflicts -= entry.isConflict() ? 1 : 0;
    boolean last = entries.stream().noneMatch(other -> other.source().equals(entry.source()));
    if (entry.isSibling() && last) {
      overlay.delete(Table.SIBLING, Keys.pair(entry.source(), entry.shown()));
    }
  }

  /** Replaces what an entry shows, keeping its name. */
  void replaceEntry(Entry old, Entry now) {
    relisted.add(now.directory());
    overlay.put(Table.CHILD, Keys.child(now.directory(), now.cookie()), Reads.stored(now));
    List<Entry> entries = new ArrayList<>(reads.placed(now.shown()));
    entries.replaceAll(entry -> entry.equals(old) ? now : entry);
    putPlaced(now.shown(), entries);
    // The name may be a given one now that was computed, or the other way round.
    state.conflicts += (now.isConflict() ? 1 : 0) - (old.isConflict() ? 1 : 0);
    if (now.isConflict()) {
      mark(Table.CONFLICT, now.source(), true);
    }
  }

  private void putPlaced(FileId shown, List<Entry> entries) {
    changes.put(shown, Rows.placed(List.copyOf(entries)));
    if (entries.isEmpty()) {
      overlay.delete(Table.PLACED, shown.toBytes());
    } else {
      overlay.put(Table.PLACED, shown.toBytes(), Reads.entries(entries));
    }
  }

  private void addSubdirectories(FileId directory, int more) {
    Reads.Local local = local(directory);
    putLocal(directory, new Reads.Local(local.tick(), local.subdirectories() + more));
  }

  private Reads.Local local(FileId id) {
    Reads.Local local = reads.local(id);
    return local == null ? new Reads.Local(1, 0) : local;
  }

  private void putLocal(FileId id, Reads.Local local) {
    changes.put(id, Rows.local(local));
    overlay.put(Table.LOCAL, id.toBytes(), local.toBytes());
  }

  /** Gives an inode a change attribute that it never had. */
  void touch(FileId id, long tick) {
    Reads.Local local = local(id);
    Change.Tick earlier = ticks.get(id);
    ticks.put(id, new Change.Tick(earlier == null ? local.tick() : earlier.before(), tick));
    putLocal(id, new Reads.Local(tick, local.subdirectories()));
  }

  Map<FileId, Change.Tick> ticks() {
    return ticks;
  }

  void forgetLocal(FileId id) {
    changes.put(id, Rows.local(null));
    overlay.delete(Table.LOCAL, id.toBytes());
  }

  void putHeld(FileId shown, Content.@Nullable Regular held) {
    Witnesses.follow(this, shown, held);
    changes.put(shown, Rows.held(held));
    if (held == null) {
      overlay.delete(Table.HELD, shown.toBytes());
    } else {
      overlay.put(Table.HELD, shown.toBytes(), Codec.stored(Codec.content(held)));
    }
  }

  /** Puts an id into a table of ids, or takes it out, counting where that is counted. */
  void mark(Table table, FileId id, boolean in) {
    boolean was = reads.has(table, id);
    if (was == in) {
      return;
    }
    if (in) {
      overlay.put(table, id.toBytes(), NOTHING);
    } else {
      overlay.delete(table, id.toBytes());
    }
    if (table == Table.UNSETTLED) {
      state.unsettled += in ? 1 : -1;
    } else if (table == Table.PENDING) {
      state.pending += in ? 1 : -1;
    }
  }

  void put(Table table, byte[] key, byte[] value) {
    overlay.put(table, key, value);
  }

  void delete(Table table, byte[] key) {
    overlay.delete(table, key);
  }

  // --- the odd ones

  void setMissing(FileId parent, boolean in) {
    state.missing = with(state.missing, 'x', parent, in);
  }

  private void setRevived(FileId directory, boolean in) {
    state.revived = with(state.revived, 'r', directory, in);
  }

  void setMerged(FileId directory, boolean in) {
    state.merged = with(state.merged, 'm', directory, in);
  }

  /** The set with or without an id: one that is this transaction's own, of which it may be many. */
  private Set<FileId> with(Set<FileId> set, char kind, FileId id, boolean in) {
    if (set.contains(id) == in) {
      return set;
    }
    odd(kind, id, in ? NOTHING : null);
    Set<FileId> mine = set;
    if (!own.contains(set)) {
      mine = new HashSet<>(set);
      own.add(mine);
    }
    if (in) {
      mine.add(id);
    } else {
      mine.remove(id);
    }
    return mine;
  }

  void setAlias(FileId directory, @Nullable FileId canonical) {
    if (!Objects.equals(state.aliases.get(directory), canonical)) {
      state.aliases =
          canonical == null
              ? State.without(state.aliases, directory)
              : State.with(state.aliases, directory, canonical);
      odd('a', directory, canonical == null ? null : canonical.toBytes());
    }
  }

  private void setUndone(Map<FileId, Link> undone) {
    for (FileId id : state.undone.keySet()) {
      if (!undone.containsKey(id)) {
        odd('u', id, null);
      }
    }
    undone.forEach((id, link) -> odd('u', id, Codec.stored(Codec.link(link))));
    state.undone = Map.copyOf(undone);
  }

  private void odd(char kind, FileId id, byte @Nullable [] value) {
    byte[] key = Keys.prefixed(kind, id.toBytes());
    if (value == null) {
      overlay.delete(Table.ODD, key);
    } else {
      overlay.put(Table.ODD, key, value);
    }
  }

  /** The batch, with the rows of the state. */
  Batch toBatch() {
    rows.write(state, overlay);
    return overlay.toBatch();
  }

  // --- claims

  @Override
  public @Nullable Inode inode(FileId id) {
    Touched here = touched.get(id);
    if (here != null) {
      return here.now();
    }
    Optional<Inode> known = read.get(id);
    if (known == null) {
      Inode inode = cache.get(id);
      if (inode == null) {
        inode = reads.inode(id);
        if (inode != null) {
          cache.put(inode);
        }
      }
      known = Optional.ofNullable(inode == null && id.equals(FileId.ROOT) ? Inode.root() : inode);
      if (read.size() >= MOST_READ) {
        read.clear();
      }
      read.put(id, known);
    }
    return known.orElse(null);
  }

  @Override
  public List<FileId> claimants(FileId parent, EntryName name) {
    return reads.claimants(parent, name);
  }

  @Override
  public boolean anyChild(FileId parent, Predicate<FileId> test) {
    return reads.anyClaim(parent, test);
  }

  @Override
  public Set<FileId> missingParents() {
    return isInstalling() ? Set.of() : state.missing;
  }

  /**
   * While a large pull is being merged, a directory may only not have come yet: those in it show
   * nowhere till then, and in nobody's way.
   */
  @Override
  public FileId inPlaceOf(FileId missingParent) {
    return isInstalling() ? missingParent : FileId.ROOT;
  }

  boolean isInstalling() {
    return state.installing != null;
  }

  @Override
  public @Nullable Link undone(FileId directory) {
    return state.undone.get(directory);
  }

  @Override
  public boolean isPlain() {
    return state.merged.isEmpty() && (isInstalling() || state.missing.isEmpty());
  }

  @Override
  public String nodeName(Origin origin) {
    return state.names.getOrDefault(origin, origin.toString());
  }
}
