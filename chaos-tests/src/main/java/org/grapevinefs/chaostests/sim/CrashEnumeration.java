// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.sim;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Entry;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Inode;
import org.grapevinefs.replication.core.MemoryStore;
import org.grapevinefs.replication.core.NewContent;
import org.grapevinefs.replication.core.Origin;
import org.grapevinefs.replication.core.Place;
import org.grapevinefs.replication.core.Replica;

/**
 * Every crash of every short piece of work: for each workload of up to three operations, at each
 * step of the last one, a kill (all effects stay) and a loss of power (any prefix of the index's
 * log that was not synced, with any subset of the disk's effects that were not), and after each a
 * start, which must come about by itself and keep what was promised.
 *
 * <p>Crashes within earlier operations are those of the shorter workloads.
 */
public final class CrashEnumeration {

  static final FileId A = new FileId(1, 1);
  static final int DIRECTORY = 13;

  /** Bugs built in on purpose. */
  public enum Bug {
    /** None: the real thing. */
    NONE,
    /** Nobody writes down what he is about to do to the disk. */
    NOTHING_NOTED_BEFORE,
    /** The index has a file before the disk does. */
    INDEX_BEFORE_DISK,
    /** That a file is being written to is not noted. */
    WRITES_NOT_NOTED,
    /** Bytes are not brought to disk. */
    CONTENT_NOT_SYNCED,
    /** The index is not brought to disk with a commit. */
    INDEX_NOT_SYNCED,
    /** Whoever committed gets his renames on disk some time later. */
    NAMES_NOT_SYNCED,
    /** Peers hear of changes that are not on disk. */
    TOLD_BEFORE_INDEX_SYNCED,
    /** A version counts as on disk with its bytes as soon as it is made. */
    BYTES_TAKEN_FOR_SYNCED,
    /** Files of which a version may be on disk without its bytes are not looked at. */
    BYTES_NOT_LOOKED_AT,
    /** The index goes on under its old origin. */
    ORIGIN_REUSED,
    /** A batch goes to disk in two halves. */
    BATCH_TORN
  }

  /** What people and peers do. */
  enum Operation {
    CREATE_B,
    WRITE_A,
    WRITE_B,
    CLOSE_A,
    CLOSE_B,
    COMMIT_A,
    COMMIT_B,
    RENAME_A_TO_B,
    RENAME_B_TO_A,
    RENAME_A_INTO_D,
    LINK_A_AS_C,
    REMOVE_A,
    REMOVE_B,
    EVERY_SECOND,
    TELL
  }

  /**
   * What was looked at.
   *
   * @param workloads pieces of work
   * @param crashes points at which the crash came
   * @param states states of index and disk that a start was made from
   * @param apart of these, those in which folder and index disagree about a name, or the folder has
   *     newer bytes than the index knows: only after a loss of power, and for a scan to bring
   *     together
   */
  public record Report(long workloads, long crashes, long states, long apart) {}

  private final Bug bug;
  private long workloads;
  private long crashes;
  private long states;
  private long apart;

  private CrashEnumeration(Bug bug) {
    this.bug = bug;
  }

  /**
   * Looks at every workload of up to so many operations.
   *
   * @throws Violation at the first promise that is not kept
   */
  public static Report run(Bug bug, int longest) {
    CrashEnumeration all = new CrashEnumeration(bug);
    for (int length = 1; length <= longest; length++) {
      all.extend(new ArrayList<>(), length);
    }
    return new Report(all.workloads, all.crashes, all.states, all.apart);
  }

  private void extend(List<Operation> work, int length) {
    if (work.size() == length) {
      new Run(List.copyOf(work)).go();
      return;
    }
    for (Operation next : Operation.values()) {
      work.add(next);
      extend(work, length);
      work.removeLast();
    }
  }

  /** One workload. */
  private final class Run {
    private final List<Operation> work;
    private final MemoryStore memory = new MemoryStore();
    private final ModelZone zone;
    private boolean last;
    private Map<String, Integer> namesBefore = Map.of();
    private ModelDisk.Image diskBefore = new ModelDisk.Image();
    private int value = 1;

    Run(List<Operation> work) {
      this.work = work;
      Runnable onHalf = bug == Bug.BATCH_TORN ? this::crashPoint : null;
      TapStore.Faults faults = new TapStore.Faults(false, change -> false, onHalf);
      ModelDisk disk = new ModelDisk(new ModelDisk.Image());
      TapStore store = new TapStore(memory, faults, () -> {});
      this.zone = new ModelZone(store, disk, bug, this::crashPoint);
    }

    void go() {
      zone.make(ModelZone.D, "/d", new NewContent.Directory());
      zone.make(A, "/a", NewContent.empty());
      zone.write("/a", value++);
      zone.close("/a");
      zone.tell();
      zone.syncAll();
      for (int i = 0; i < work.size(); i++) {
        if (!isPossible(work.get(i))) {
          return;
        }
        last = i == work.size() - 1;
        namesBefore = ModelZone.names(zone.replica);
        diskBefore = zone.disk.current().copy();
        run(work.get(i));
      }
      workloads++;
      namesBefore = ModelZone.names(zone.replica);
      diskBefore = zone.disk.current().copy();
      crashPoint();
    }

    private boolean isPossible(Operation operation) {
      return switch (operation) {
        case CREATE_B -> !zone.isThere("/b");
        case LINK_A_AS_C -> zone.isThere("/a") && !zone.isThere("/c");
        case RENAME_A_INTO_D -> zone.isThere("/a") && !zone.isThere("/d/a");
        case WRITE_A, CLOSE_A, COMMIT_A, REMOVE_A, RENAME_A_TO_B -> zone.isThere("/a");
        case WRITE_B, CLOSE_B, COMMIT_B, REMOVE_B, RENAME_B_TO_A -> zone.isThere("/b");
        case EVERY_SECOND, TELL -> true;
      };
    }

    private void run(Operation operation) {
      switch (operation) {
        case CREATE_B -> zone.make(new FileId(1, 20 + value++), "/b", NewContent.empty());
        case WRITE_A -> zone.write("/a", value++);
        case WRITE_B -> zone.write("/b", value++);
        case CLOSE_A -> zone.close("/a");
        case CLOSE_B -> zone.close("/b");
        case COMMIT_A -> zone.commit("/a");
        case COMMIT_B -> zone.commit("/b");
        case RENAME_A_TO_B -> zone.rename("/a", "/b");
        case RENAME_B_TO_A -> zone.rename("/b", "/a");
        case RENAME_A_INTO_D -> zone.rename("/a", "/d/a");
        case LINK_A_AS_C -> zone.link("/a", "/c");
        case REMOVE_A -> zone.remove("/a");
        case REMOVE_B -> zone.remove("/b");
        case EVERY_SECOND -> zone.syncAll();
        case TELL -> zone.tell();
      }
    }

    private void crashPoint() {
      if (!last) {
        return;
      }
      crashes++;
      Map<String, Integer> namesNow = ModelZone.names(zone.replica);
      ModelDisk.Image now = zone.disk.current();
      start(memory.unsynced(), now.copy(), true, namesNow);
      Collection<ModelDisk.Image> images = zone.disk.afterPowerLoss();
      for (int kept = 0; kept <= memory.unsynced(); kept++) {
        for (ModelDisk.Image image : images) {
          start(kept, image.copy(), false, namesNow);
        }
      }
    }

    private void start(
        int kept, ModelDisk.Image image, boolean killed, Map<String, Integer> namesNow) {
      states++;
      String where =
          "%s, %s with %d of %d batches, disk %s %s: "
              .formatted(
                  work,
                  killed ? "killed" : "power lost",
                  kept,
                  memory.unsynced(),
                  image.names,
                  image.files);
      Set<Origin> before = zone.replica.originNames().keySet();
      Replica replica;
      try {
        TapStore left =
            new TapStore(
                memory.crash(kept), new TapStore.Faults(false, c -> false, null), () -> {});
        if (bug == Bug.ORIGIN_REUSED) {
          left.pretendCleanStop();
        }
        replica = ModelZone.start(left, image, bug);
      } catch (RuntimeException e) {
        throw new Violation("starts by itself", where + e);
      }
      if (before.contains(replica.origin())) {
        throw new Violation("a new origin after a crash", where + replica.origin());
      }
      new Checks(replica, image, killed, where, zone.promises).run();
      if (killed) {
        checkKilled(replica, image, where, namesNow);
      }
    }

    /** A kill loses nothing: what the folder shows is before or after the operation under way. */
    private void checkKilled(
        Replica replica, ModelDisk.Image image, String where, Map<String, Integer> namesNow) {
      Map<String, Integer> names = ModelZone.names(replica);
      if (!names.equals(image.names)) {
        throw new Violation("a kill loses nothing", where + "index " + names);
      }
      Map<String, Integer> now = zone.disk.current().names;
      boolean one =
          names.equals(namesBefore)
              || names.equals(namesNow)
              || names.equals(diskBefore.names)
              || names.equals(now);
      if (!one) {
        throw new Violation("a kill loses nothing", where + "names " + names);
      }
    }
  }

  /** What must hold after any start. */
  private final class Checks {
    private final Replica replica;
    private final ModelDisk.Image image;
    private final boolean killed;
    private final String where;
    private final Promises promises;

    Checks(
        Replica replica, ModelDisk.Image image, boolean killed, String where, Promises promises) {
      this.replica = replica;
      this.image = image;
      this.killed = killed;
      this.where = where;
      this.promises = promises;
    }

    void run() {
      if (!replica.knowledge().includes(promises.told)) {
        throw new Violation("on disk before told", where + promises.told);
      }
      List<Entry> entries = new ArrayList<>(replica.children(FileId.ROOT, 0, 100));
      entries.addAll(replica.children(ModelZone.D, 0, 100));
      Map<Integer, Entry> byNumber = new HashMap<>();
      boolean agrees = true;
      for (Entry entry : entries) {
        int number = ModelZone.number(entry.shown());
        byNumber.put(number, entry);
        Integer file = image.names.get(ModelZone.path(entry));
        if (file == null || file != number) {
          agrees = false;
        } else if (entry.type() == FileType.REGULAR) {
          agrees &= checkBytes(entry, image.files.getOrDefault(file, 0));
        }
      }
      agrees &= entries.size() == image.names.size();
      apart += agrees ? 0 : 1;
      if (killed && !agrees) {
        throw new Violation("a kill loses nothing", where + "index " + entries);
      }
      promises.contents.forEach((file, values) -> checkContent(file, values, byNumber));
      checkNames(entries);
      checkNoDelete();
    }

    /** Bytes must not be older than the version: nobody would look at them again. */
    private boolean checkBytes(Entry entry, int value) {
      Content.Regular held = replica.held(entry.shown());
      boolean same =
          held != null
              && held.size() == (value == 0 ? 0 : 1)
              && Objects.equals(held.hash(), ModelZone.hash(value));
      if (!same && (held == null || isNewer(held, value))) {
        throw new Violation(
            "whole contents only", where + entry + " has " + value + ", not " + held);
      }
      return same;
    }

    private static boolean isNewer(Content.Regular held, int value) {
      for (int older = value; older >= 0; older--) {
        if (held.size() == (older == 0 ? 0 : 1)
            && Objects.equals(held.hash(), ModelZone.hash(older))) {
          return false;
        }
      }
      return true;
    }

    private void checkContent(int file, Set<Integer> values, Map<Integer, Entry> byNumber) {
      Integer value = image.files.getOrDefault(file, 0);
      if (!image.names.containsValue(file) || !values.contains(value)) {
        throw new Violation("what was committed is on disk", where + file + " as " + values);
      }
      if (!killed && promises.renamed.contains(file)) {
        return;
      }
      Entry entry = byNumber.get(file);
      Content.Regular held = entry == null ? null : replica.held(entry.shown());
      if (held == null
          || values.stream().noneMatch(v -> Objects.equals(held.hash(), ModelZone.hash(v)))) {
        throw new Violation("what was committed is in the index", where + file + ": " + held);
      }
    }

    private void checkNames(List<Entry> entries) {
      Map<String, Integer> names = new HashMap<>();
      entries.forEach(entry -> names.put(ModelZone.path(entry), ModelZone.number(entry.shown())));
      promises.names.forEach((name, file) -> {
        if (!file.equals(names.get(name)) || !file.equals(image.names.get(name))) {
          throw new Violation("synced names stay", where + name + " of " + file + ": " + names);
        }
      });
      for (String name : promises.noNames) {
        if (names.containsKey(name) || image.names.containsKey(name)) {
          throw new Violation("removed names stay away", where + name);
        }
      }
    }

    /** A file that is missing on disk is no delete. */
    private void checkNoDelete() {
      for (Inode inode : replica.inodes()) {
        boolean deleted = inode.place() instanceof Place.Deleted;
        if (deleted && !promises.removed.contains(ModelZone.number(inode.id()))) {
          throw new Violation("no delete that nobody asked for", where + inode.id());
        }
      }
    }
  }
}
