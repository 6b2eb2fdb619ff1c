// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InstallingTest {

  private static final int FILES = 23;
  private static final Limits SMALL = new Limits(1_000, 100_000, 4, 5, 3, 6, 1_000, 63);

  private final Replica from = open(new MemoryStore(), "from", Limits.DEFAULT, 1);
  private final MemoryStore store = new MemoryStore();

  private static Replica open(MemoryStore store, String name, Limits limits, long seed) {
    return Replica.open(
        store, name, () -> Instant.ofEpochSecond(1_800_000_000), new Random(seed), limits, true);
  }

  private static EntryName name(String text) {
    return EntryName.of(text);
  }

  private static FileId mkdir(Replica replica, FileId directory, String name) {
    FileId id = replica.newId();
    replica.create(
        id, directory, name(name), new NewContent.Directory(), AttrsChange.owned(0755, 1, 1), 0);
    return id;
  }

  /** Directories in each other, so that many come before the one that they are in. */
  private void fill() {
    FileId directory = FileId.ROOT;
    for (int i = 0; i < FILES; i++) {
      mkdir(from, directory, "d" + i);
      Entry made = from.lookup(directory, name("d" + i));
      directory = i % 3 == 0 && made != null ? made.shown() : directory;
    }
  }

  private static PullResult pull(Replica to, Replica of) {
    try (Answer answer = of.answer(to.knowledge(), false);
        PullSession session = to.begin(answer.header(), to.knowledge())) {
      while (answer.hasNext()) {
        session.add(answer.header().response(), answer.next());
      }
      return session.commit();
    }
  }

  private static int installAll(Replica replica) {
    int pieces = 1;
    while (replica.install().more()) {
      pieces++;
    }
    return pieces;
  }

  @Test
  void commit_ofManyRecords_isInPiecesAndTellsNothingBeforeTheLast() {
    fill();
    Replica to = open(store, "to", SMALL, 2);

    PullResult begun = pull(to, from);

    assertThat(begun.more()).isTrue();
    assertThat(to.isInstalling()).isTrue();
    long digest = to.stateDigest();
    assertThat(to.install().more()).isTrue();
    assertThat(to.knowledge()).isEqualTo(Knowledge.NONE);
    assertThat(to.stateDigest()).isEqualTo(digest);
    assertThatThrownBy(() -> to.answer(Knowledge.NONE, false))
        .isInstanceOfSatisfying(
            ReplicaException.class,
            e -> assertThat(e.reason()).isEqualTo(ReplicaException.Reason.BUSY));
    assertThat(to.plan(to.nextUnsettled(null, 1).getFirst()).isReady()).isFalse();
    assertThat(installAll(to)).isGreaterThan(FILES / 3 - 2);
    assertThat(to.knowledge()).isEqualTo(from.knowledge());
    assertThat(to.stateDigest()).isEqualTo(from.stateDigest());
    new FakeDisk(to).settleAll();
    assertThat(to.children(FileId.ROOT, 0, 10)).hasSize(1);
  }

  @Test
  void open_inTheMidstOfIt_goesOnWhereItWas() {
    fill();
    Replica to = open(store, "to", SMALL, 2);
    pull(to, from);
    to.install();
    to.install();

    Replica again = open(store.crash(store.unsynced() - 1), "to", SMALL, 3);

    assertThat(again.installed()).isEqualTo(new Progress(3, FILES));
    installAll(again);
    assertThat(again.stateDigest()).isEqualTo(from.stateDigest());
    assertThat(again.knowledge().includes(from.knowledge())).isTrue();
  }

  @Test
  void create_betweenTwoPieces_staysAndIsTold() {
    fill();
    Replica to = open(store, "to", SMALL, 2);
    pull(to, from);
    to.install();

    mkdir(to, FileId.ROOT, "own");
    installAll(to);
    pull(from, to);

    assertThat(from.knowledge()).isEqualTo(to.knowledge());
    assertThat(from.stateDigest()).isEqualTo(to.stateDigest());
  }

  @Test
  void install_directoryInAnotherOfItsName_bothInTheLastPiece_findsBoth() {
    FileId outer = mkdir(from, FileId.ROOT, "o");
    FileId inner = mkdir(from, outer, "a");
    FileId inInner = mkdir(from, inner, "x");
    FileId inOuter = mkdir(from, outer, "y");
    from.rename(FileId.ROOT, name("o"), FileId.ROOT, name("a"), 0);
    FileId one = mkdir(from, FileId.ROOT, "1");
    FileId two = mkdir(from, FileId.ROOT, "2");
    Replica to = open(store, "to", SMALL, 2);
    List<FileId> order = List.of(inInner, inOuter, one, two, inner, outer);
    var delta = PullHeader.Mode.DELTA;
    var header =
        new PullHeader(1, from.knowledge(), Map.of(), Knowledge.NONE, delta, order.size(), 0);
    try (PullSession session = to.begin(header, to.knowledge())) {
      order.forEach(id -> session.add(1, Objects.requireNonNull(from.inode(id))));
      session.commit();
    }

    assertThat(installAll(to)).isEqualTo(2);

    assertThat(to.stateDigest()).isEqualTo(from.stateDigest());
    new FakeDisk(to).settleAll();
    assertThat(to.lookup(FileId.ROOT, name("a"))).isEqualTo(from.lookup(FileId.ROOT, name("a")));
    assertThat(to.lookup(outer, name("a"))).isEqualTo(from.lookup(outer, name("a")));
    assertThat(to.lookup(inner, name("x"))).isEqualTo(from.lookup(inner, name("x")));
  }

  @Test
  void add_ofAllRecordsOutOfOrder_isRefused() {
    fill();
    Replica to = open(store, "to", SMALL, 2);
    try (Answer answer = from.answer(Knowledge.NONE, true);
        PullSession session = to.begin(answer.header(), Knowledge.NONE)) {
      List<Inode> all = new ArrayList<>();
      answer.forEachRemaining(all::add);
      session.add(answer.header().response(), all.getLast());

      assertThatThrownBy(() -> session.add(answer.header().response(), all.getFirst()))
          .isInstanceOf(ReplicaException.class);
    }
  }

  @Test
  void answer_ofMoreNewsThanItRemembers_hasExactlyThese() {
    Replica small = open(store, "small", SMALL, 2);
    mkdir(small, FileId.ROOT, "known");
    Knowledge before = small.knowledge();
    for (int i = 0; i < FILES; i++) {
      mkdir(small, FileId.ROOT, "d" + i);
    }
    try (Answer answer = small.answer(before, false)) {
      assertThat(answer.header().count()).isEqualTo(FILES);
      assertThat(answer.header().mode()).isEqualTo(PullHeader.Mode.DELTA);
      answer.forEachRemaining(
          inode -> assertThat(inode.dots()).anyMatch(dot -> !before.covers(dot)));
    }
  }
}
