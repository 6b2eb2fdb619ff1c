// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Seeded histories of several replicas: changes apart, pulls, crashes, purges; then all must agree.
 */
class RandomHistoryTest {

  private static final int SEEDS = Integer.getInteger("histories", 100);
  private static final int FIRST = Integer.getInteger("firstHistory", 0);

  static IntStream seeds() {
    return IntStream.range(FIRST, FIRST + SEEDS);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void history_ofSeveralReplicas_convergesAndLosesNothing(int seed) {
    new History(seed).run();
  }

  private static final class History {
    final Random random;
    final List<MemoryStore> stores = new ArrayList<>();
    final List<Replica> replicas = new ArrayList<>();
    final Set<RangeMap> superseded = new HashSet<>();
    final Set<RangeMap> written = new HashSet<>();
    long now = 1_700_000_000_000L;

    History(int seed) {
      this.random = new Random(seed);
      int count = 2 + random.nextInt(3);
      for (int i = 0; i < count; i++) {
        stores.add(new MemoryStore());
        replicas.add(open(i, true));
      }
    }

    Replica open(int i, boolean trusted) {
      return Replica.open(
          stores.get(i),
          "node-" + i,
          () -> Instant.ofEpochMilli(now),
          random,
          Limits.DEFAULT,
          trusted);
    }

    void run() {
      int steps = 20 + random.nextInt(150);
      for (int i = 0; i < steps; i++) {
        now += random.nextInt(3) == 0 ? random.nextInt(3000) : 0;
        step();
      }
      converge();
      check();
    }

    void step() {
      int at = random.nextInt(replicas.size());
      int what = random.nextInt(100);
      if (what < 70) {
        try {
          change(replicas.get(at));
        } catch (ReplicaException refused) {
          assertThat(refused.reason())
              .isIn(
                  ReplicaException.Reason.TAKEN,
                  ReplicaException.Reason.NOT_EMPTY,
                  ReplicaException.Reason.INTO_ITSELF,
                  ReplicaException.Reason.NOT_DIRECTORY,
                  ReplicaException.Reason.IS_DIRECTORY);
        }
      } else if (what < 88) {
        pull(at, random.nextInt(replicas.size()), false);
      } else if (what < 93) {
        new FakeDisk(replicas.get(at)).settleAll();
      } else if (what < 96) {
        replicas.get(at).sync();
      } else if (what < 98) {
        purge(at);
      } else {
        crash(at);
      }
    }

    void crash(int at) {
      MemoryStore old = stores.get(at);
      replicas.get(at).sync();
      stores.set(at, old.crash(random.nextInt(old.unsynced() + 1)));
      Replica again = open(at, true);
      // Bytes that may not be on disk are looked at by the zone; here there are none.
      again.dirty(1_000).stream()
          .filter(id -> again.held(id) != null)
          .forEach(id -> again.markDirty(id, false));
      replicas.set(at, again);
    }

    void purge(int at) {
      List<String> others = new ArrayList<>();
      for (int i = 0; i < replicas.size(); i++) {
        if (i != at) {
          others.add("node-" + i);
          replicas.get(at).peerKnows("node-" + i, replicas.get(i).knowledge());
        }
      }
      replicas.get(at).purge(others, Instant.EPOCH);
    }

    void pull(int to, int from, boolean full) {
      if (to == from) {
        return;
      }
      Replica asking = replicas.get(to);
      try (Answer answer = replicas.get(from).answer(asking.knowledge(), full);
          PullSession session = asking.begin(answer.header())) {
        while (answer.hasNext()) {
          Inode inode = Codec.inode(Codec.inode(answer.next()));
          session.add(answer.header().response(), inode);
        }
        long beaten = asking.inodes().stream().filter(History::isBeaten).count();
        try (Removals removals = session.removals()) {
          if (removals == null) {
            assertThat(session.commit().removed()).isLessThanOrEqualTo(beaten);
          } else {
            long foretold = removals.count().removed();
            assertThat(session.commit().removed()).isEqualTo(foretold);
          }
        }
      }
      if (random.nextInt(3) > 0) {
        new FakeDisk(asking).settleAll();
      }
      assertThat(asking.takeAlarms()).isEmpty();
    }

    /** Of these a session without any deletion can be the end, which nobody looks ahead at. */
    static boolean isBeaten(Inode inode) {
      return inode.isAlive()
          && inode.places().stream().anyMatch(place -> place instanceof Place.Deleted);
    }

    void change(Replica replica) {
      List<Entry> entries = allEntries(replica);
      List<FileId> directories = new ArrayList<>(List.of(FileId.ROOT));
      entries.stream()
          .filter(e -> e.type() == FileType.DIRECTORY)
          .forEach(e -> directories.add(e.shown()));
      FileId directory = directories.get(random.nextInt(directories.size()));
      EntryName name = EntryName.of("n" + random.nextInt(4) + ".txt");
      Entry entry = entries.isEmpty() ? null : entries.get(random.nextInt(entries.size()));
      int what = random.nextInt(100);
      if (entry == null || what < 25) {
        create(replica, directory, name, random.nextInt(2) == 0);
      } else if (what < 45) {
        write(replica, entry);
      } else if (what < 65) {
        rename(replica, entry, directory, name);
      } else if (what < 80) {
        remove(replica, entry);
      } else if (what < 88) {
        AttrsChange change = AttrsChange.owned(random.nextInt(0777), 1, 1);
        replica.setAttrs(entry.shown(), change, 0);
      } else if (what < 95) {
        if (entry.type() != FileType.DIRECTORY) {
          replica.link(entry.shown(), directory, name, 0);
        }
      } else {
        replica.versionDirectories(10);
      }
    }

    void create(Replica replica, FileId directory, EntryName name, boolean isDirectory) {
      NewContent content = isDirectory ? new NewContent.Directory() : NewContent.empty();
      FileId id = replica.newId();
      Change change =
          replica.create(id, directory, name, content, AttrsChange.owned(0644, 1, 1), 0);
      assertThat(change.entry()).isNotNull();
      assertThat(replica.lookup(directory, name)).isEqualTo(change.entry());
      if (!isDirectory && random.nextBoolean()) {
        write(replica, java.util.Objects.requireNonNull(change.entry()));
      }
    }

    void write(Replica replica, Entry entry) {
      if (entry.type() != FileType.REGULAR || (!entry.isSibling() && isGone(replica, entry))) {
        return;
      }
      Content.Regular held = replica.held(entry.shown());
      long size = random.nextLong(1, 100_000);
      List<ByteRange> ranges = List.of(ByteRange.between(random.nextLong(size), size));
      Change change =
          replica.version(
              entry.shown(), size, new Timestamp(now / 1000, 0), List.of(), ranges, null, true, 0);
      if (held != null) {
        superseded.add(held.ranges());
      }
      Content.Regular fresh = replica.held(change.id());
      assertThat(fresh).isNotNull();
      written.add(java.util.Objects.requireNonNull(fresh).ranges());
    }

    boolean isGone(Replica replica, Entry entry) {
      Inode inode = replica.inode(entry.source());
      return inode == null || !inode.isAlive();
    }

    void rename(Replica replica, Entry entry, FileId directory, EntryName name) {
      if (isGone(replica, entry) && entry.type() != FileType.DIRECTORY) {
        return;
      }
      Entry there = replica.lookup(directory, name);
      forget(replica, there);
      replica.rename(entry.directory(), entry.name(), directory, name, 0);
    }

    void forget(Replica replica, @Nullable Entry entry) {
      Content.Regular held = entry == null ? null : replica.held(entry.shown());
      if (held != null) {
        superseded.add(held.ranges());
      }
    }

    void remove(Replica replica, Entry entry) {
      if (entry.type() == FileType.DIRECTORY) {
        replica.rmdir(entry.directory(), entry.name(), 0);
        return;
      }
      forget(replica, entry);
      replica.unlink(entry.directory(), entry.name(), 0);
    }

    List<Entry> allEntries(Replica replica) {
      List<Entry> all = new ArrayList<>();
      List<FileId> open = new ArrayList<>(List.of(FileId.ROOT));
      while (!open.isEmpty()) {
        for (Entry entry : replica.children(open.removeLast(), 0, 1000)) {
          all.add(entry);
          if (entry.type() == FileType.DIRECTORY) {
            open.add(entry.shown());
          }
        }
      }
      return all;
    }

    void converge() {
      for (int round = 0; round < 2; round++) {
        for (int to = 0; to < replicas.size(); to++) {
          for (int from = 0; from < replicas.size(); from++) {
            pull(to, from, false);
          }
        }
      }
      replicas.forEach(replica -> new FakeDisk(replica).settleAll());
    }

    void check() {
      Replica first = replicas.getFirst();
      SortedMap<String, TreeView.Line> paths = view(first).paths();
      for (Replica replica : replicas) {
        assertThat(replica.knowledge()).isEqualTo(first.knowledge());
        assertThat(replica.stateDigest()).isEqualTo(first.stateDigest());
        assertThat(replica.stateDigest()).isEqualTo(recomputedDigest(replica));
        assertThat(view(replica).paths()).isEqualTo(paths);
        var disk = onDisk(replica);
        var wanted = lines(view(replica));
        for (FileId directory : wanted.keySet()) {
          assertThat(disk.get(directory)).as("%s", directory).isEqualTo(wanted.get(directory));
        }
        assertThat(disk).isEqualTo(wanted);
        assertThat(replica.counts().unsettled()).isZero();
        assertThat(replica.counts().pending()).isZero();
        checkTree(replica);
      }
      Set<RangeMap> shown = new HashSet<>();
      for (Inode inode : first.inodes()) {
        for (Content content : inode.shownContents()) {
          if (content instanceof Content.Regular regular) {
            shown.add(regular.ranges());
          }
        }
      }
      for (RangeMap content : written) {
        boolean kept = shown.contains(content) || superseded.contains(content);
        assertThat(kept).as("content %s", content).isTrue();
      }
    }

    TreeView view(Replica replica) {
      return new TreeView(replica.inodes(), replica.originNames());
    }

    long recomputedDigest(Replica replica) {
      return replica.inodes().stream()
          .filter(Inode::isAlive)
          .mapToLong(Transaction::stateDigest)
          .sum();
    }

    Map<FileId, Map<EntryName, TreeView.Line>> lines(TreeView view) {
      Map<FileId, Map<EntryName, TreeView.Line>> lines = new HashMap<>();
      view.directories().forEach((directory, names) -> lines.put(directory, new TreeMap<>(names)));
      return lines;
    }

    Map<FileId, Map<EntryName, TreeView.Line>> onDisk(Replica replica) {
      Map<FileId, Map<EntryName, TreeView.Line>> lines = new HashMap<>();
      for (Entry e : allEntries(replica)) {
        lines
            .computeIfAbsent(e.directory(), d -> new TreeMap<>())
            .put(e.name(), new TreeView.Line(e.shown(), e.source(), e.type(), e.content()));
      }
      return lines;
    }

    void checkTree(Replica replica) {
      long conflicts = 0;
      for (Entry entry : allEntries(replica)) {
        conflicts += entry.isConflict() ? 1 : 0;
        Shown shown = replica.shown(entry.shown());
        assertThat(shown).isNotNull();
        if (entry.type() == FileType.DIRECTORY) {
          long below =
              replica.children(entry.shown(), 0, 1000).stream()
                  .filter(e -> e.type() == FileType.DIRECTORY)
                  .count();
          assertThat(java.util.Objects.requireNonNull(shown).links()).isEqualTo(2 + below);
        }
      }
      assertThat(replica.counts().conflicts()).isEqualTo(conflicts);
      assertThat(replica.conflicts(1000)).hasSize((int) conflicts);
    }
  }
}
