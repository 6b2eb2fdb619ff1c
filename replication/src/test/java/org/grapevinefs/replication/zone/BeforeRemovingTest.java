// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.grapevinefs.replication.core.Removals;
import org.grapevinefs.replication.volume.SnapshotName;
import org.junit.jupiter.api.Test;

class BeforeRemovingTest {

  private final FakeSnapshots snapshots = new FakeSnapshots();
  private final List<String> said = new ArrayList<>();
  private Instant now = Instant.parse("2026-11-22T12:40:39Z");
  private BeforeRemoving removing = begin();

  private BeforeRemoving begin() {
    return new BeforeRemoving(snapshots, () -> now, 5_000, said::add);
  }

  private void session(long removed, long files) {
    Removals.Found found = new Removals.Found(removed, files, Map.of("hertog-jan", removed));
    removing.look(found);
    removing.removed(found);
  }

  @Test
  void look_massDelete_takesASnapshotAndSaysWhereItIs() {
    session(2_000, 5_000);
    assertThat(snapshots.names).hasToString("[2026-11-22T12-40-39Z-before-removing]");
    assertThat(said)
        .containsExactly(
            "a session removes 2,000 of 5,000 files and folders (deleted on hertog-jan); what was"
                + " there before is kept for 30 days in"
                + " /there/2026-11-22T12-40-39Z-before-removing");
    assertThat(removing.problem()).isEmpty();
  }

  @Test
  void look_moreOfTheSame_takesNoneForAnHour() {
    session(2_000, 5_000);
    now = now.plusSeconds(600);
    session(2_000, 3_000);
    assertThat(snapshots.names).hasSize(1);
    now = now.plusSeconds(3_000);
    session(900, 1_000);
    assertThat(snapshots.names).hasSize(2);
  }

  @Test
  void look_afterARestart_remembersTheLastOne() {
    session(2_000, 5_000);
    now = now.plusSeconds(60);
    removing = begin();
    session(2_000, 5_000);
    assertThat(snapshots.names).hasSize(1);
  }

  @Test
  void look_ordinarySession_takesNoneAndSaysNothing() {
    session(3, 5_000);
    session(0, 5_000);
    assertThat(snapshots.names).isEmpty();
    assertThat(said).isEmpty();
  }

  @Test
  void look_nameTaken_takesTheNextSecondsName() {
    snapshots.names.add(new SnapshotName(now, BeforeRemoving.PURPOSE));
    session(2_000, 5_000);
    assertThat(snapshots.names)
        .extracting(SnapshotName::taken)
        .containsExactly(now, now.plusSeconds(1));
  }

  @Test
  void look_snapshotFails_isSaidOnceAndTriedAgain() {
    snapshots.failure = "no space left";
    session(2_000, 5_000);
    now = now.plusSeconds(90);
    session(500, 3_000);
    assertThat(said).hasSize(1);
    assertThat(said.getFirst()).contains("2,000 of 5,000").contains("no space left");
    assertThat(removing.problem()).startsWith("on 2026-11-22T12:40:39Z a session removes");
    snapshots.failure = null;
    now = now.plusSeconds(90);
    session(500, 2_500);
    assertThat(snapshots.names).hasSize(1);
    assertThat(removing.problem()).isEmpty();
  }

  @Test
  void problem_afterADay_isNoneAnyMore() {
    snapshots.possible = false;
    session(2_000, 5_000);
    session(2_000, 3_000);
    assertThat(said).hasSize(1);
    assertThat(said.getFirst()).contains("no Btrfs");
    now = now.plus(Duration.ofHours(23));
    assertThat(removing.problem()).contains("no Btrfs");
    now = now.plus(Duration.ofHours(1));
    assertThat(removing.problem()).isEmpty();
  }
}
