// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.grapevinefs.replication.core.FileId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScrubberTest {
  @TempDir Path folder;
  private final Zones zones = new Zones();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private long nanos;

  /** Zones of two pages each; a page takes a second. */
  private final class Zones implements Scrubber.Work {
    final List<String> looked = new ArrayList<>();
    final Set<String> busy = new HashSet<>();
    boolean broken;

    @Override
    public Set<String> zones() {
      return Set.of("docs");
    }

    @Override
    public boolean isBusy(String zone) {
      return busy.contains(zone);
    }

    @Override
    public @Nullable FileId page(String zone, @Nullable FileId after) throws IOException {
      if (broken) {
        throw new IOException("no disk");
      }
      looked.add(zone + (after == null ? "" : " after " + after.high()));
      nanos += Duration.ofSeconds(1).toNanos();
      return after == null ? new FileId(Long.MAX_VALUE, 0) : null;
    }
  }

  private Scrubber scrubber() {
    return new Scrubber(zones, folder, () -> now, () -> nanos, new EventLog(() -> now, ""));
  }

  private void month() {
    now = now.plus(Scrubber.EVERY);
  }

  @Test
  void newZone_isScrubbedAfterAMonth() throws Exception {
    Scrubber scrubber = scrubber();
    scrubber.turn();
    now = now.plus(Scrubber.EVERY).minusSeconds(1);
    scrubber.turn();
    assertThat(zones.looked).isEmpty();
    assertThat(scrubber.state("docs")).isEqualTo("next 2026-01-31T00:00:00Z");
    now = now.plusSeconds(1);
    scrubber.turn();
    assertThat(zones.looked).containsExactly("docs");
    assertThat(scrubber.state("docs")).startsWith("50 % done");
  }

  @Test
  void page_isFollowedByNineTimesItsLengthOfRest() throws Exception {
    Scrubber scrubber = scrubber();
    scrubber.turn();
    month();
    assertThat(scrubber.turn()).isEqualTo(Duration.ofSeconds(9));
  }

  @Test
  void restart_goesOnWhereItWas_andTheNextMonthBeginsAnew() throws Exception {
    scrubber().turn();
    month();
    scrubber().turn();
    scrubber().turn();
    scrubber().turn();
    assertThat(zones.looked).containsExactly("docs", "docs after " + Long.MAX_VALUE);
    month();
    scrubber().turn();
    assertThat(zones.looked).hasSize(3).endsWith("docs");
  }

  @Test
  void busyZone_waits() throws Exception {
    Scrubber scrubber = scrubber();
    scrubber.turn();
    month();
    zones.busy.add("docs");
    scrubber.turn();
    assertThat(zones.looked).isEmpty();
    zones.busy.clear();
    scrubber.turn();
    assertThat(zones.looked).hasSize(1);
  }

  @Test
  void failure_isTriedAgainLater() throws Exception {
    Scrubber scrubber = scrubber();
    scrubber.turn();
    month();
    zones.broken = true;
    scrubber.turn();
    zones.broken = false;
    scrubber.turn();
    assertThat(zones.looked).hasSize(1);
  }

  @Test
  void brokenRecord_beginsTheMonthAnew() throws Exception {
    Files.writeString(folder.resolve("docs"), "finished=soon");
    Scrubber scrubber = scrubber();
    scrubber.turn();
    assertThat(zones.looked).isEmpty();
    month();
    scrubber.turn();
    assertThat(zones.looked).hasSize(1);
  }
}
