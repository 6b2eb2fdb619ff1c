// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RemovalsTest {

  /** Pulls of more than five records are merged three inodes at a time. */
  private static final Limits SMALL = new Limits(1_000, 100_000, 4, 5, 3, 6, 1_000, 63);

  private final Replica a = open("anna", 1);
  private final Replica b = open("bert", 2);

  private static Replica open(String name, long seed) {
    Instant now = Instant.ofEpochSecond(1_800_000_000);
    return Replica.open(new MemoryStore(), name, () -> now, new Random(seed), SMALL, true);
  }

  private static void files(Replica replica, String prefix, int count) {
    for (int i = 0; i < count; i++) {
      replica.create(
          replica.newId(),
          FileId.ROOT,
          EntryName.of(prefix + i),
          NewContent.empty(),
          AttrsChange.owned(0644, 1, 1),
          0);
    }
  }

  private static void remove(Replica replica, String prefix, int count) {
    for (int i = 0; i < count; i++) {
      replica.unlink(FileId.ROOT, EntryName.of(prefix + i), 0);
    }
  }

  /** Pulls all, and returns what was foretold; checks that it came so. */
  private static Removals.Found pull(Replica to, Replica from) {
    Removals.Found foretold = Removals.Found.NOTHING;
    long removed;
    try (Answer answer = from.answer(to.knowledge(), false);
        PullSession session = to.begin(answer.header(), to.knowledge())) {
      while (answer.hasNext()) {
        session.add(answer.header().response(), answer.next());
      }
      try (Removals removals = session.removals()) {
        if (removals != null) {
          foretold = removals.count();
        }
      }
      PullResult result = session.commit();
      removed = result.removed();
      while (result.more()) {
        result = to.install();
        removed += result.removed();
      }
    }
    new FakeDisk(to).settleAll();
    assertThat(foretold.removed()).isEqualTo(removed);
    return foretold;
  }

  @Test
  void count_ofFilesDeletedThere_isBeforeTheFirstPieceAndNamesTheNode() {
    files(a, "x", 30);
    pull(b, a);
    remove(a, "x", 17);
    assertThat(pull(b, a)).isEqualTo(new Removals.Found(17, 30, Map.of("anna", 17L)));
    assertThat(b.counts().files()).isEqualTo(13);
  }

  @Test
  void count_ofFilesThatAFullAnswerLeavesOut_isWhatItsGiverKnewOf() {
    files(a, "x", 30);
    pull(b, a);
    remove(a, "x", 17);
    a.peerKnows("bert", a.knowledge());
    assertThat(a.purge(List.of("bert"), Instant.EPOCH)).isEqualTo(17);
    files(b, "mine", 4);
    assertThat(pull(b, a)).isEqualTo(new Removals.Found(17, 34, Map.of()));
    assertThat(b.counts().files()).isEqualTo(17);
  }

  @Test
  void removals_ofWhatRemovesNothing_isNotEvenCounted() {
    files(a, "x", 30);
    pull(b, a);
    files(a, "y", 30);
    try (Answer answer = a.answer(b.knowledge(), false);
        PullSession session = b.begin(answer.header(), b.knowledge())) {
      while (answer.hasNext()) {
        session.add(answer.header().response(), answer.next());
      }
      assertThat(session.removals()).isNull();
    }
  }

  @Test
  void count_ofFilesGoneHereToo_isNone() {
    files(a, "x", 8);
    pull(b, a);
    remove(a, "x", 3);
    remove(b, "x", 3);
    assertThat(pull(b, a).removed()).isZero();
  }

  @Test
  void count_ofFilesWrittenHereMeanwhile_leavesThemOut() {
    files(a, "x", 3);
    pull(b, a);
    Entry kept = b.lookup(FileId.ROOT, EntryName.of("x1"));
    remove(a, "x", 3);
    b.version(
        java.util.Objects.requireNonNull(kept).shown(),
        5,
        new Timestamp(1, 0),
        List.of(),
        List.of(ByteRange.between(0, 5)),
        null,
        true,
        0);
    assertThat(pull(b, a).removed()).isEqualTo(2);
  }
}
