// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.awaitility.Awaitility;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.volume.DirectoryVolume;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Four replicas in a line, each of which meets its neighbours only. */
class PassingOnTest {

  private static final Duration SOON = Duration.ofMillis(300);
  private static final Duration MOST = Duration.ofSeconds(60);

  @TempDir Path folder;
  private final List<LocalZone> line = new ArrayList<>();

  @BeforeEach
  void open() throws Exception {
    for (int i = 0; i < 4; i++) {
      DirectoryVolume volume = new DirectoryVolume(folder.resolve("node" + i));
      line.add(new ZoneFolder(volume, "node" + i).open(ZoneSettings.DEFAULT));
    }
  }

  @AfterEach
  void close() throws Exception {
    for (LocalZone zone : line) {
      zone.close();
    }
  }

  private interface Meeting {
    void meet(LocalZone into, LocalZone from) throws Exception;
  }

  private void eachMeetsItsNeighbours(Meeting meeting) throws Exception {
    for (int i = 0; i + 1 < line.size(); i++) {
      meeting.meet(line.get(i + 1), line.get(i));
      meeting.meet(line.get(i), line.get(i + 1));
    }
  }

  private boolean allIsHere() throws Exception {
    for (LocalZone zone : line) {
      if (!zone.settle(SOON)) {
        return false;
      }
    }
    return true;
  }

  @Test
  void versionsFromBothEnds_ofALineOfFour_reachTheOthers() throws Exception {
    FileId file = ConvergenceContract.write(line.getFirst(), FileId.ROOT, "a", "base");
    for (int round = 0; round < line.size(); round++) {
      eachMeetsItsNeighbours(ConvergenceContract::pull);
    }
    char[] first = new char[200_000];
    char[] last = new char[300_000];
    Arrays.fill(first, 'f');
    Arrays.fill(last, 'l');
    ConvergenceContract.overwrite(line.getFirst(), file, new String(first));
    ConvergenceContract.overwrite(line.getLast(), file, new String(last));
    // All hear of both versions before anyone has either.
    for (int round = 0; round < line.size(); round++) {
      eachMeetsItsNeighbours((into, from) -> ConvergenceContract.take(into, from, 0));
    }
    // By time, not by rounds: bytes may be on their way to a slow disk meanwhile.
    Awaitility.await()
        .atMost(MOST)
        .until(() -> {
          eachMeetsItsNeighbours(ConvergenceContract::fetch);
          return allIsHere();
        });
    for (LocalZone zone : line) {
      assertThat(zone.pending(10)).isEmpty();
      assertThat(zone.conflicts(10)).hasSize(1);
    }
  }

  @Test
  void bytesThatTwoWroteApart_areGivenByWhoeverHasEither() throws Exception {
    FileId file = ConvergenceContract.write(line.getFirst(), FileId.ROOT, "a", "base");
    for (int round = 0; round < line.size(); round++) {
      eachMeetsItsNeighbours(ConvergenceContract::pull);
    }
    ConvergenceContract.overwrite(line.get(1), file, "the same");
    ConvergenceContract.overwrite(line.get(0), file, "the same");
    ConvergenceContract.pull(line.get(1), line.get(0));
    // The later version is what shows; its bytes are with the first only, under that number.
    ConvergenceContract.take(line.get(2), line.get(1), 0);
    Awaitility.await()
        .atMost(MOST)
        .until(() -> {
          ConvergenceContract.fetch(line.get(2), line.get(1));
          return line.get(2).settle(SOON) && line.get(2).pending(10).isEmpty();
        });
    assertThat(folder.resolve("node2")).isDirectoryRecursivelyContaining("glob:**/a");
    assertThat(line.get(2).conflicts(10)).isEmpty();
  }
}
