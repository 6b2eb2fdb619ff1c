// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RemovalWatchTest {

  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

  private final RemovalWatch watch = new RemovalWatch(RemovalWatch.Rule.DEFAULT);
  private Instant now = NOON;

  private void pass(Duration time) {
    now = now.plus(time);
  }

  /** Sessions one after another, as the zone would merge them; how many snapshots they wanted. */
  private int sessions(int count, long each, long files) {
    int wanted = 0;
    for (int i = 0; i < count; i++) {
      long there = files - i * each;
      if (watch.isDue(now, each, there)) {
        wanted++;
        watch.kept(now, there);
      }
      watch.merged(now, each, there);
      pass(Duration.ofMillis(500));
    }
    return wanted;
  }

  @Test
  void isDue_oneSession_fromAFifthOrAThousandOn() {
    assertThat(watch.isDue(now, 1_000, 100_000)).isFalse();
    assertThat(watch.isDue(now, 1_001, 100_000)).isTrue();
    assertThat(watch.isDue(now, 40, 200)).isFalse();
    assertThat(watch.isDue(now, 41, 200)).isTrue();
    assertThat(watch.isDue(now, 200, 200)).isTrue();
  }

  @Test
  void isDue_aHandful_neverIs() {
    assertThat(watch.isDue(now, 19, 19)).isFalse();
    assertThat(watch.isDue(now, 20, 20)).isTrue();
    assertThat(watch.isDue(now, 0, 0)).isFalse();
  }

  @Test
  void isDue_manySmallSessions_isOnceAndAtTheFirstOverTheBound() {
    assertThat(sessions(10, 100, 50_000)).isZero();
    assertThat(watch.isDue(now, 100, 49_000)).isTrue();
    assertThat(sessions(300, 100, 49_000)).isEqualTo(1);
  }

  @Test
  void isDue_manySmallSessionsOverHours_isNever() {
    for (int i = 0; i < 200; i++) {
      assertThat(sessions(1, 90, 50_000 - 90 * i)).isZero();
      pass(Duration.ofMinutes(1));
    }
  }

  @Test
  void isDue_filesThatComeAndGoAllDay_isNever() {
    for (int i = 0; i < 2_000; i++) {
      assertThat(watch.isDue(now, 50, 300)).isFalse();
      watch.merged(now, 50, 300);
      pass(Duration.ofMillis(500));
    }
  }

  @Test
  void isDue_snapshotOfThisHour_servesUnlessMuchCame() {
    watch.kept(now, 10_000);
    pass(Duration.ofMinutes(30));
    assertThat(watch.isDue(now, 5_000, 10_000)).isFalse();
    watch.merged(now, 5_000, 10_000);
    assertThat(watch.isDue(now, 1_500, 5_900)).isFalse();
    assertThat(watch.isDue(now, 1_500, 6_001)).isTrue();
    pass(Duration.ofMinutes(30));
    assertThat(watch.isDue(now, 1_500, 5_000)).isTrue();
  }

  @Test
  void isDue_clockSetBack_forgetsWhatIsAhead() {
    sessions(10, 100, 50_000);
    watch.kept(now, 49_000);
    now = NOON.minus(Duration.ofDays(365));
    assertThat(watch.isDue(now, 100, 49_000)).isFalse();
    assertThat(watch.isDue(now, 2_000, 49_000)).isTrue();
  }
}
