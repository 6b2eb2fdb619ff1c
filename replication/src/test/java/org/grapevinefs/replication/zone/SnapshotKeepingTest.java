// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.grapevinefs.replication.volume.SnapshotName;
import org.junit.jupiter.api.Test;

class SnapshotKeepingTest {

  private static final Instant START = Instant.parse("2026-11-22T12:40:39Z");

  private final FakeSnapshots snapshots = new FakeSnapshots();
  private final List<String> said = new ArrayList<>();
  private Instant now = START;
  private final SnapshotKeeping keeping =
      new SnapshotKeeping("tier-1", snapshots, () -> now, said::add);

  private SnapshotName ours(Duration after) {
    SnapshotName name = new SnapshotName(START.plus(after), BeforeRemoving.PURPOSE);
    snapshots.names.add(name);
    return name;
  }

  @Test
  void turn_after30Days_deletesOursOnly() {
    SnapshotName first = ours(Duration.ZERO);
    SnapshotName second = ours(Duration.ofDays(1));
    SnapshotName byHand = new SnapshotName(START.minusSeconds(1), "before-upgrade");
    snapshots.names.add(byHand);
    now = START.plus(Duration.ofDays(30));
    keeping.turn();
    assertThat(snapshots.names).containsExactly(byHand, first, second);
    now = now.plusSeconds(1);
    keeping.turn();
    assertThat(snapshots.names).containsExactly(byHand, second);
    assertThat(said).hasSize(1);
    assertThat(said.getFirst()).contains(first.toString()).contains("30 days");
  }

  @Test
  void turn_ofTooMany_keepsTheFirstAndTheLast() {
    SnapshotName first = ours(Duration.ZERO);
    SnapshotName close = ours(Duration.ofHours(30));
    for (int day = 1; day <= 15; day++) {
      ours(Duration.ofDays(day));
    }
    now = START.plus(Duration.ofDays(15));
    keeping.turn();
    assertThat(snapshots.names).hasSize(SnapshotKeeping.MOST).contains(first).doesNotContain(close);
    assertThat(snapshots.names.last().taken()).isEqualTo(now);
  }

  @Test
  void makeRoom_diskIsFull_deletesTheOldestOfOursUntilThereAreNone() {
    ours(Duration.ZERO);
    SnapshotName last = ours(Duration.ofDays(1));
    snapshots.names.add(new SnapshotName(START, "before-upgrade"));
    assertThat(keeping.makeRoom()).isTrue();
    assertThat(snapshots.names).hasSize(3);
    keeping.turn();
    assertThat(snapshots.names).hasSize(2).contains(last);
    keeping.turn();
    assertThat(snapshots.names).contains(last);
    assertThat(keeping.makeRoom()).isTrue();
    keeping.turn();
    assertThat(keeping.makeRoom()).isFalse();
    assertThat(snapshots.names).extracting(SnapshotName::purpose).containsExactly("before-upgrade");
    assertThat(said).hasSize(2).allMatch(words -> words.contains("its room is needed"));
  }

  @Test
  void makeRoom_nothingCanBeDeleted_saysSoForAMinute() {
    ours(Duration.ZERO);
    snapshots.failure = "busy";
    assertThat(keeping.makeRoom()).isTrue();
    keeping.turn();
    assertThat(keeping.makeRoom()).isFalse();
    assertThat(said).isEmpty();
    snapshots.failure = null;
    now = now.plusSeconds(60);
    assertThat(keeping.makeRoom()).isTrue();
    keeping.turn();
    assertThat(snapshots.names).isEmpty();
  }

  @Test
  void turn_diskNearlyFull_deletesOneAtATime() {
    ours(Duration.ZERO);
    SnapshotName last = ours(Duration.ofDays(1));
    snapshots.freePercent = 1;
    keeping.turn();
    assertThat(snapshots.names).containsExactly(last);
  }
}
