// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.sim;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.grapevinefs.replication.core.Batch;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.Entry;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Inode;
import org.grapevinefs.replication.core.Knowledge;
import org.grapevinefs.replication.core.Limits;
import org.grapevinefs.replication.core.MemoryStore;
import org.grapevinefs.replication.core.PendingContent;
import org.grapevinefs.replication.core.Place;
import org.grapevinefs.replication.core.Replica;
import org.grapevinefs.replication.core.Table;
import org.jspecify.annotations.Nullable;

/** One node: the production replica, its disk, and what happens to them. */
final class SimNode {

  private static final Limits SMALL = new Limits(1_000, 100_000, 2, 3, 2, 2, 1_000, 63);
  private static final int MOST_PAUSE_MICROS = 200_000;
  private static final Instant START = Instant.parse("2026-11-21T00:00:00Z");

  final World world;
  final int number;
  final String name;
  private final InstantSource clock = this::instant;
  private TapStore store;
  private Replica replica;

  /** Bytes on disk by shown id, and as they were at each commit that a crash could take away. */
  private Map<FileId, int[]> disk = new HashMap<>();

  private Map<FileId, int[]> durable = new HashMap<>();
  private final TreeMap<Integer, Map<FileId, int[]>> checkpoints = new TreeMap<>();

  /** Contents fetched and not yet shown, by the change that wrote them. */
  final Map<Dot, int[]> staged = new HashMap<>();

  /** Contents merged here: on disk before their change is, and so there after a crash. */
  private Map<Dot, Merged> merged = new HashMap<>();

  private Map<FileId, Inode> mirror = new HashMap<>();
  private @Nullable Backup backup;
  private long skewMicros;
  private int incarnation;

  private record Backup(MemoryStore store, Map<FileId, int[]> disk, Map<Dot, Merged> merged) {}

  private record Merged(FileId into, int[] cells) {}

  SimNode(World world, int number) {
    this.world = world;
    this.number = number;
    this.name = "n" + number;
    this.store = tap(new MemoryStore());
    this.replica = open(false);
  }

  Replica replica() {
    return replica;
  }

  /** Grows with every stop: what was begun before it is void. */
  int incarnation() {
    return incarnation;
  }

  /** It is switched off for good: what is on its way to it arrives no more. */
  void end() {
    incarnation++;
  }

  Instant instant() {
    return START.plusNanos((world.schedule.now() + skewMicros) * 1_000);
  }

  private TapStore tap(MemoryStore memory) {
    Predicate<Batch.Change> loses =
        switch (world.mutant) {
          case ONLY_OWN_CHANGES_LOGGED -> change -> puts(change, Table.LOG) && !isOwn(change);
          case PENDING_NOT_NOTED -> change -> puts(change, Table.PENDING);
          case UNSETTLED_NOT_NOTED -> change -> puts(change, Table.UNSETTLED);
          case ODD_ONES_FORGOTTEN -> change -> puts(change, Table.ODD);
          case CLAIMS_LEFT_BEHIND ->
              change -> change.table() == Table.CLAIM && change.value() == null;
          case INSTALLATION_FORGOTTEN -> change -> puts(change, 'I');
          case PIECES_NOT_COUNTED -> change -> puts(change, 'J');
          default -> change -> false;
        };
    Runnable onHalf = world.is(Mutant.BATCH_TORN) ? this::checkpoint : null;
    boolean pretends = world.is(Mutant.TOLD_BEFORE_ON_DISK);
    return new TapStore(
        memory,
        new TapStore.Faults(pretends, loses, onHalf, world.is(Mutant.KNOWLEDGE_WITH_FIRST_PIECE)),
        this::synced);
  }

  private static boolean puts(Batch.Change change, Table table) {
    return change.table() == table && change.value() != null;
  }

  private static boolean puts(Batch.Change change, char row) {
    return puts(change, Table.META) && change.key()[0] == row;
  }

  private boolean isOwn(Batch.Change change) {
    return ByteBuffer.wrap(change.key()).getLong() == replica.origin().value();
  }

  private void synced() {
    durable = new HashMap<>(disk);
    checkpoints.clear();
  }

  private Replica open(boolean trusted) {
    Limits limits = world.swarm.smallStages() ? SMALL : Limits.DEFAULT;
    Replica opened = Replica.open(store, name, clock, world.random, limits, trusted);
    store.takeTouched();
    mirror = new HashMap<>();
    opened.inodes().forEach(inode -> mirror.put(inode.id(), inode));
    staged.clear();
    return opened;
  }

  /** Puts a merged content where a crash does not take it, and where it may be shown from. */
  void putMerged(Dot dot, FileId into, int[] cells) {
    merged.put(dot, new Merged(into, cells));
    staged.put(dot, cells);
  }

  // --- disk

  int @Nullable [] bytes(FileId shown) {
    return disk.get(shown);
  }

  void putBytes(FileId shown, int[] cells) {
    disk.put(shown, cells);
  }

  void dropBytes(FileId shown) {
    disk.remove(shown);
  }

  /** Everything on disk, by walking the directories. */
  List<Entry> entries() {
    List<Entry> all = new ArrayList<>();
    List<FileId> next = new ArrayList<>(List.of(FileId.ROOT));
    Set<FileId> seen = new HashSet<>(next);
    while (!next.isEmpty()) {
      for (Entry entry : replica.children(next.removeLast(), 0, 10_000)) {
        all.add(entry);
        boolean directory = entry.type() == FileType.DIRECTORY;
        if (directory && seen.add(entry.shown())) {
          next.add(entry.shown());
        }
      }
    }
    return all;
  }

  /** After anything that may have committed: notes the disk as it is now with that commit. */
  void checkpoint() {
    checkpoints.put(store.memory().unsynced(), new HashMap<>(disk));
  }

  // --- keeping the ledger

  /** Forgets which registers changed: they came from others. */
  void absorb() {
    for (FileId id : store.takeTouched()) {
      Inode before = mirror.get(id);
      remember(id);
      Inode now = mirror.get(id);
      world.tell("   %s: %s is now %s", name, id, now == null ? "gone" : now);
      noteComeback(before, now);
      for (Place place : now == null ? List.<Place>of() : now.places()) {
        if (place instanceof Place.Live && place.dot().origin().equals(replica.origin())) {
          // Whoever purged a directory moves to the root what was put into it apart.
          world.ledger.note(place.dot(), id, Ledger.Kind.PLACE, Set.of(), replica.knowledge());
        }
      }
    }
    checkpoint();
  }

  /** Notes a content that the core wrote anew for a file that a move of this node brought back. */
  private void noteComeback(@Nullable Inode before, @Nullable Inode now) {
    Set<Dot> replaced = dots(before);
    replaced.removeAll(dots(now));
    if (now == null) {
      return;
    }
    for (Content content : now.contents()) {
      Dot dot = content.dot();
      boolean own = dot.origin().equals(replica.origin());
      if (own && content instanceof Content.Regular && !world.ledger.isWritten(dot)) {
        world.ledger.noteBytes(dot, cellsOf(now.id(), content));
        world.ledger.note(dot, now.id(), Ledger.Kind.WRITE, replaced, replica.knowledge());
      }
    }
  }

  private void remember(FileId id) {
    Inode now = replica.inode(id);
    if (now == null) {
      mirror.remove(id);
    } else {
      mirror.put(id, now);
    }
  }

  /**
   * Writes into the ledger what a local change did.
   *
   * @param shown contents that were on disk under names that the change was about
   * @param seen what this node knew before
   */
  void noteChange(Knowledge seen) {
    for (FileId id : store.takeTouched()) {
      Inode before = mirror.get(id);
      remember(id);
      Inode now = mirror.get(id);
      if (now != null) {
        world.tell("   %s: %s, places %s", name, id, now.places());
        world.tell("   %s: %s, contents %s", name, id, now.contents());
        noteChange(before, now, seen);
      }
    }
    checkpoint();
  }

  private void noteChange(@Nullable Inode before, Inode now, Knowledge seen) {
    Set<Dot> old = dots(before);
    Set<Dot> left = dots(now);
    Set<Dot> replaced = new HashSet<>(old);
    replaced.removeAll(left);
    for (Content content : now.contents()) {
      if (!old.contains(content.dot()) && !(content instanceof Content.Directory)) {
        world.ledger.noteBytes(content.dot(), cellsOf(now.id(), content));
        world.ledger.note(content.dot(), now.id(), Ledger.Kind.WRITE, replaced, seen);
        replaced = Set.of();
      }
    }
    Set<Dot> places = new HashSet<>();
    if (before != null) {
      before.places().forEach(place -> places.add(place.dot()));
    }
    for (Place place : now.places()) {
      if (!places.contains(place.dot())) {
        switch (place) {
          case Place.Live live ->
              world.ledger.note(live.dot(), now.id(), Ledger.Kind.PLACE, replaced, seen);
          case Place.Deleted gone -> {
            Set<Dot> taken = new HashSet<>(replaced);
            taken.addAll(gone.seen());
            world.ledger.note(gone.dot(), now.id(), Ledger.Kind.DELETE, taken, seen);
          }
        }
        replaced = Set.of();
      }
    }
    if (!replaced.isEmpty()) {
      now.attrs().stream()
          .map(attrs -> attrs.dot())
          .filter(dot -> !seen.covers(dot))
          .findFirst()
          .ifPresent(dot -> noteDrop(dot, before, now));
    }
  }

  private void noteDrop(Dot dot, @Nullable Inode before, Inode now) {
    Set<Dot> dropped = dots(before);
    dropped.removeAll(dots(now));
    world.ledger.note(dot, now.id(), Ledger.Kind.DROP, dropped, Knowledge.NONE);
  }

  private static Set<Dot> dots(@Nullable Inode inode) {
    Set<Dot> dots = new HashSet<>();
    if (inode != null) {
      inode.contents().forEach(content -> dots.add(content.dot()));
    }
    return dots;
  }

  private int[] cellsOf(FileId id, Content content) {
    if (content instanceof Content.Symlink symlink) {
      return new int[] {symlink.target().hashCode()};
    }
    Merged now = merged.get(content.dot());
    if (now != null) {
      return now.cells;
    }
    Content.Regular held = replica.held(id);
    int[] cells = bytes(id);
    if (held == null || !held.dot().equals(content.dot()) || cells == null) {
      throw new Violation("no fabrication", name + " made a content without bytes: " + content);
    }
    return cells;
  }

  static Bytes hash(int[] cells) {
    byte[] bytes = new byte[cells.length * 4];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (cells[i / 4] >> ((i % 4) * 8));
    }
    return Bytes.of(bytes);
  }

  /** Goes on with a pull that is merged piece by piece, with a pause before each. */
  void install() {
    int now = incarnation;
    world.schedule.after(
        world.random.nextInt(MOST_PAUSE_MICROS),
        () -> {
          if (incarnation == now && replica.isInstalling()) {
            boolean more = replica.install().more();
            absorb();
            world.tell("%s merged a piece", name);
            if (more) {
              install();
            }
          }
        });
  }

  // --- faults

  void jumpClock(long micros) {
    skewMicros += micros;
  }

  /** Power goes: what was not synced is gone, but for what happened to be on disk. */
  void crash() {
    int last = store.memory().unsynced();
    int kept = last == 0 ? 0 : world.random.nextInt(last + 1);
    Map.Entry<Integer, Map<FileId, int[]>> at = checkpoints.floorEntry(kept);
    boolean takesBytes = at == null || world.is(Mutant.CONTENT_NOT_SYNCED);
    Map<FileId, int[]> left = takesBytes ? durable : at.getValue();
    Map<Dot, int[]> halfDone = new HashMap<>(staged);
    kept = at == null ? 0 : at.getKey();
    var before = replica.knowledge();
    var origin = replica.origin();
    store = tap(store.memory().crash(kept));
    restart(left, pretendsClean(Mutant.ORIGIN_REUSED_AFTER_CRASH));
    if (world.is(Mutant.HALF_CONTENT_KEPT)) {
      halfDone.forEach((content, cells) -> staged.put(content, new int[cells.length]));
    }
    long sure = replica.knowledge().get(origin);
    for (long seq = sure + 1; seq <= before.get(origin); seq++) {
      world.ledger.lost(new Dot(origin, seq));
    }
    world.tell("%s crashed, lost %d of its changes", name, before.get(origin) - sure);
  }

  /** A clean stop and start. */
  void stopAndStart() {
    replica.close();
    store = tap(store.memory().copy());
    restart(disk, true);
    world.tell("%s stopped and started", name);
  }

  /** Keeps a copy of the disk. */
  void backUp() {
    replica.sync();
    backup = new Backup(store.memory().copy(), new HashMap<>(disk), new HashMap<>(merged));
    world.tell("%s was backed up", name);
  }

  /** The disk as it was at the last copy. */
  boolean restore() {
    Backup from = backup;
    if (from == null) {
      return false;
    }
    store = tap(from.store().copy());
    merged = new HashMap<>(from.merged());
    restart(from.disk(), pretendsClean(Mutant.ORIGIN_REUSED_AFTER_RESTORE));
    world.tell("%s was restored", name);
    return true;
  }

  /** A copy of another node's disk, taken while that ran, in place of this node's own. */
  void becomeCopyOf(SimNode other) {
    other.replica.sync();
    store = tap(other.store.memory().copy());
    merged = new HashMap<>(other.merged);
    restart(new HashMap<>(other.disk), pretendsClean(Mutant.ORIGIN_REUSED_BY_CLONE));
    world.tell("%s got a copy of the disk of %s", name, other.name);
  }

  /** Of the mutants that reuse an origin: makes the index look as if its replica had stopped. */
  private boolean pretendsClean(Mutant mutant) {
    if (!world.is(mutant)) {
      return false;
    }
    store.pretendCleanStop();
    return true;
  }

  /** A new disk. */
  void wipe() {
    store = tap(new MemoryStore());
    merged.clear();
    restart(new HashMap<>(), false);
    world.tell("%s was wiped", name);
  }

  private void restart(Map<FileId, int[]> left, boolean trusted) {
    incarnation++;
    checkpoints.clear();
    disk = new HashMap<>(left);
    durable = new HashMap<>(left);
    replica = open(trusted);
    merged.forEach((dot, one) -> {
      Inode inode = replica.inode(one.into);
      if (inode != null && inode.content(dot) != null) {
        staged.put(dot, one.cells);
      }
    });
    // Here a commit always goes to disk after the bytes; CrashEnumeration has the other order.
    replica.dirty(Integer.MAX_VALUE).stream()
        .filter(id -> replica.held(id) != null)
        .forEach(id -> replica.markDirty(id, false));
    store.memory().sync();
    checkpoint();
    verifyDisk();
    if (replica.isInstalling()) {
      install();
    }
  }

  /** Whether the bytes on disk are what the index says. */
  void verifyDisk() {
    for (Map.Entry<FileId, int[]> file : disk.entrySet()) {
      Content.Regular held = replica.held(file.getKey());
      if (held != null && world.ledger.isWritten(held.dot())) {
        int[] wanted = world.ledger.bytes(held.dot());
        if (!Arrays.equals(wanted, file.getValue())) {
          throw new Violation(
              "no fabrication",
              "%s has other bytes under %s than %s wrote: %s, not %s"
                  .formatted(
                      name,
                      file.getKey(),
                      held.dot(),
                      Arrays.toString(file.getValue()),
                      Arrays.toString(wanted)));
        }
      }
    }
  }

  /** At any time: what shows is whole, and is what somebody wrote. */
  void verifyShown() {
    for (Entry entry : entries()) {
      if (entry.type() == FileType.REGULAR) {
        Content.Regular held = replica.held(entry.shown());
        if (held == null || bytes(entry.shown()) == null) {
          throw new Violation("whole contents", name + " shows " + entry + " without its bytes");
        }
      }
    }
    verifyDisk();
    verifyPending();
  }

  /** Whatever must be fetched is on the list of what to fetch, or nobody ever would. */
  private void verifyPending() {
    Set<Dot> listed = new HashSet<>();
    replica.pendingContents(null, 10_000).forEach(one -> listed.add(one.wanted().dot()));
    for (FileId id : replica.nextUnsettled(null, 10_000)) {
      for (PendingContent lacking : replica.plan(id).fetch()) {
        if (!lacking.missing().isEmpty() && !listed.contains(lacking.wanted().dot())) {
          throw new Violation("whatever lacks is fetched", name + " does not list " + lacking);
        }
      }
    }
  }

  @Override
  public String toString() {
    return name;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return Objects.hash(number);
  }
}
