// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.sim;

import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.grapevinefs.chaostests.sim.ModelDisk.Effect;
import org.grapevinefs.replication.core.AttrsChange;
import org.grapevinefs.replication.core.ByteRange;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Entry;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Knowledge;
import org.grapevinefs.replication.core.Limits;
import org.grapevinefs.replication.core.NewContent;
import org.grapevinefs.replication.core.Replica;
import org.grapevinefs.replication.core.ReplicaStore;
import org.grapevinefs.replication.core.Timestamp;
import org.jspecify.annotations.Nullable;

/**
 * The production replica over a {@link ModelDisk}, with the steps of each operation in the order in
 * which the zone takes them: a note of what is to come, the disk, then the index in one batch.
 * After each step a crash may come.
 */
final class ModelZone {

  static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-21T00:00:00Z"));
  static final FileId D = new FileId(1, CrashEnumeration.DIRECTORY);
  private static final Timestamp TIME = new Timestamp(1_795_219_200L, 0);
  private static final AttrsChange OWNED = AttrsChange.owned(0644, 1, 1);

  final Replica replica;
  final ModelDisk disk;
  final Promises promises = new Promises();
  private final ReplicaStore store;
  private final CrashEnumeration.Bug bug;
  private final Runnable crashPoint;
  private final Set<FileId> written = new HashSet<>();
  private final Set<FileId> unsynced = new HashSet<>();
  private boolean committed;

  ModelZone(ReplicaStore store, ModelDisk disk, CrashEnumeration.Bug bug, Runnable crashPoint) {
    this.store = store;
    this.disk = disk;
    this.bug = bug;
    this.crashPoint = crashPoint;
    this.replica = open(store, 7);
  }

  private static Replica open(ReplicaStore store, int seed) {
    return Replica.open(store, "n", CLOCK, new SplittableRandom(seed), Limits.DEFAULT, true);
  }

  private boolean has(CrashEnumeration.Bug other) {
    return bug == other;
  }

  private void step() {
    crashPoint.run();
  }

  // --- names

  static FileId directory(String path) {
    return path.lastIndexOf('/') == 0 ? FileId.ROOT : D;
  }

  static EntryName name(String path) {
    return EntryName.of(path.substring(path.lastIndexOf('/') + 1));
  }

  static String path(Entry entry) {
    return (entry.directory().equals(FileId.ROOT) ? "/" : "/d/") + entry.name();
  }

  static @Nullable Entry entry(Replica replica, String path) {
    return replica.lookup(directory(path), name(path));
  }

  private FileId file(String path) {
    return Objects.requireNonNull(entry(replica, path)).shown();
  }

  /** The number of a file on the disk. */
  static int number(FileId id) {
    return (int) id.low();
  }

  boolean isThere(String path) {
    return entry(replica, path) != null;
  }

  /** All names of the index with the numbers of their files. */
  static Map<String, Integer> names(Replica replica) {
    Map<String, Integer> names = new TreeMap<>();
    for (FileId directory : List.of(FileId.ROOT, D)) {
      for (Entry entry : replica.children(directory, 0, 100)) {
        names.put(path(entry), number(entry.shown()));
      }
    }
    return names;
  }

  // --- operations

  private long intent(String note) {
    if (has(CrashEnumeration.Bug.NOTHING_NOTED_BEFORE)) {
      return 0;
    }
    long intent = replica.putIntent(note.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    step();
    return intent;
  }

  void make(FileId id, String path, NewContent content) {
    promises.touch(path);
    if (has(CrashEnumeration.Bug.INDEX_BEFORE_DISK)) {
      replica.create(id, directory(path), name(path), content, OWNED, 0);
      step();
      run(new Effect.Make(path, number(id)));
    } else {
      long intent = intent("make " + path);
      run(new Effect.Make(path, number(id)));
      replica.create(id, directory(path), name(path), content, OWNED, intent);
      step();
    }
  }

  private void run(Effect effect) {
    disk.run(effect);
    step();
  }

  /** Writes without a version, as a client does that has not closed the file yet. */
  void write(String path, int value) {
    FileId id = file(path);
    promises.write(number(id), value);
    if (!has(CrashEnumeration.Bug.WRITES_NOT_NOTED)) {
      replica.markDirty(id, true);
      step();
    }
    run(new Effect.Write(number(id), value));
    written.add(id);
  }

  /** Makes the version of what was written. */
  void close(String path) {
    FileId id = file(path);
    if (written.remove(id)) {
      int value = Objects.requireNonNull(disk.current().content(path));
      version(replica, id, value);
      unsynced.add(id);
      if (has(CrashEnumeration.Bug.BYTES_TAKEN_FOR_SYNCED)) {
        replica.bytesOnDisk(replica.knowledge());
      }
      step();
    }
  }

  static void version(Replica replica, FileId id, int value) {
    int size = value == 0 ? 0 : 1;
    List<ByteRange> all = size == 0 ? List.of() : List.of(new ByteRange(0, 1));
    replica.version(id, size, TIME, List.of(), all, hash(value), true, 0);
  }

  static @Nullable Bytes hash(int value) {
    return value == 0 ? null : SimNode.hash(new int[] {value});
  }

  /** A client's COMMIT: when it returns, the file's bytes are there for good. */
  void commit(String path) {
    FileId id = file(path);
    if (!has(CrashEnumeration.Bug.CONTENT_NOT_SYNCED)) {
      disk.sync(number(id));
      step();
    }
    close(path);
    committed = true;
    if (!has(CrashEnumeration.Bug.INDEX_NOT_SYNCED)) {
      store.sync();
      step();
    }
    promises.committed(number(id), Objects.requireNonNull(disk.current().content(path)));
  }

  void rename(String from, String to) {
    promises.touch(from);
    promises.touch(to);
    FileId moved = file(from);
    promises.renamed(number(moved));
    Entry there = entry(replica, to);
    boolean over = there != null && !there.shown().equals(moved);
    if (over && there != null && replica.placed(there.shown()).size() == 1) {
      promises.removed(number(there.shown()));
    }
    long intent = intent("move " + from + " " + to);
    run(new Effect.Move(from, to));
    replica.rename(directory(from), name(from), directory(to), name(to), intent);
    step();
    nameChanged();
  }

  void remove(String path) {
    promises.touch(path);
    FileId id = file(path);
    promises.renamed(number(id));
    if (replica.placed(id).size() == 1) {
      promises.removed(number(id));
    }
    long intent = intent("remove " + path);
    run(new Effect.Remove(path));
    replica.unlink(directory(path), name(path), intent);
    written.remove(id);
    unsynced.remove(id);
    step();
    nameChanged();
  }

  void link(String from, String to) {
    promises.touch(to);
    promises.renamed(number(file(from)));
    long intent = intent("make " + to);
    run(new Effect.Link(from, to));
    replica.link(file(from), directory(to), name(to), intent);
    step();
    nameChanged();
  }

  /** Whoever committed lately gets his names on disk before the answer. */
  private void nameChanged() {
    if (committed && !has(CrashEnumeration.Bug.NAMES_NOT_SYNCED)) {
      syncAll();
    }
    if (committed) {
      promises.synced(names(replica));
    }
  }

  /** What happens every second. */
  void syncAll() {
    Knowledge known = replica.knowledge();
    disk.syncAll();
    unsynced.clear();
    step();
    replica.bytesOnDisk(known);
    store.sync();
    step();
    promises.synced(names(replica));
  }

  /** Tells peers what is known. */
  void tell() {
    Knowledge known = replica.knowledge();
    Set<FileId> contents = Set.copyOf(unsynced);
    if (!has(CrashEnumeration.Bug.CONTENT_NOT_SYNCED)) {
      contents.forEach(id -> disk.sync(number(id)));
    }
    unsynced.clear();
    step();
    if (!has(CrashEnumeration.Bug.TOLD_BEFORE_INDEX_SYNCED)) {
      replica.bytesOnDisk(known);
      store.sync();
      step();
    }
    promises.told(known);
    for (FileId id : contents) {
      if (!written.contains(id)) {
        promises.committed(number(id), disk.current().files.getOrDefault(number(id), 0));
      }
    }
  }

  // --- the start after a crash

  /**
   * The start, as the zone's: what was under way is finished or undone, what was written versioned.
   */
  static Replica start(ReplicaStore store, ModelDisk.Image disk, CrashEnumeration.Bug bug) {
    Replica replica = open(store, 8);
    replica
        .intents()
        .forEach((number, bytes) -> {
          String[] note = new String(bytes, java.nio.charset.StandardCharsets.UTF_8).split(" ");
          recover(replica, disk, number, note);
        });
    for (FileId id : replica.dirty(100)) {
      List<Entry> placed = replica.placed(id);
      boolean directory = !placed.isEmpty() && placed.getFirst().type() == FileType.DIRECTORY;
      if (!directory && !id.equals(FileId.ROOT)) {
        look(replica, disk, id, placed, bug);
      }
    }
    return replica;
  }

  private static void recover(Replica replica, ModelDisk.Image disk, long number, String[] note) {
    String path = note[1];
    boolean known = entry(replica, path) != null;
    boolean onDisk = disk.names.containsKey(path);
    switch (note[0]) {
      case "make" -> {
        if (!known && isExpendable(disk, path)) {
          disk.names.remove(path);
        }
        replica.dropIntent(number);
      }
      case "remove" -> {
        if (known && !onDisk) {
          replica.unlink(directory(path), name(path), number);
        } else {
          replica.dropIntent(number);
        }
      }
      default -> {
        if (known && !onDisk && disk.names.containsKey(note[2])) {
          replica.rename(directory(path), name(path), directory(note[2]), name(note[2]), number);
        } else {
          replica.dropIntent(number);
        }
      }
    }
  }

  /** What was made in vain is empty, or has another name. */
  private static boolean isExpendable(ModelDisk.Image disk, String path) {
    Integer file = disk.names.get(path);
    long links = disk.names.values().stream().filter(other -> other.equals(file)).count();
    return links > 1 || Objects.equals(disk.content(path), 0);
  }

  private static void look(
      Replica replica,
      ModelDisk.Image disk,
      FileId id,
      List<Entry> placed,
      CrashEnumeration.Bug bug) {
    Integer value = null;
    for (Entry entry : placed) {
      value = value == null ? disk.content(path(entry)) : value;
    }
    if (value == null) {
      // Nothing is there to look at; what is missing on disk is no change.
      if (placed.isEmpty()) {
        replica.markDirty(id, false);
      }
      return;
    }
    Content.Regular held = replica.held(id);
    boolean same =
        held != null
            && held.size() == (value == 0 ? 0 : 1)
            && Objects.equals(held.hash(), hash(value));
    if (same || bug == CrashEnumeration.Bug.BYTES_NOT_LOOKED_AT) {
      replica.markDirty(id, false);
    } else {
      version(replica, id, value);
    }
  }
}
