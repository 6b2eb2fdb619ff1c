// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LivenessTest {
  private static final long SECOND = 1_000_000_000L;

  private final Liveness liveness = new Liveness();

  private boolean tick(long seconds) {
    return liveness.tick(seconds * SECOND, 5 * SECOND, 5 * SECOND);
  }

  @Test
  void state_neverHeard_isUnreachable() {
    assertThat(tick(100)).isFalse();
    assertThat(liveness.state()).isEqualTo(PeerState.UNREACHABLE);
  }

  @Test
  void tick_silence_isSuspectThenUnreachable() {
    assertThat(liveness.heard(0)).isTrue();
    assertThat(tick(4)).isFalse();
    assertThat(tick(5)).isTrue();
    assertThat(liveness.state()).isEqualTo(PeerState.SUSPECT);
    assertThat(tick(9)).isFalse();
    assertThat(tick(10)).isTrue();
    assertThat(liveness.state()).isEqualTo(PeerState.UNREACHABLE);
  }

  @Test
  void heard_fromAnyState_isAliveAtOnce() {
    for (int seconds = 0; seconds < 20; seconds += 6) {
      liveness.heard(0);
      tick(seconds);
      tick(seconds + 5L);
      boolean changed = liveness.heard(seconds * SECOND);
      assertThat(liveness.state()).isEqualTo(PeerState.ALIVE);
      assertThat(changed).isTrue();
    }
  }

  @Test
  void patience_lateTicks_doublesUpToEightAndCalmsDown() {
    Patience patience = new Patience(SECOND / 4);
    long now = 0;
    patience.onTick(now);
    for (int expected : new int[] {2, 4, 8, 8}) {
      now += 2 * SECOND;
      patience.onTick(now);
      assertThat(patience.factor()).isEqualTo(expected);
    }
    for (int i = 0; i < 4 * 11; i++) {
      now += SECOND / 4;
      patience.onTick(now);
    }
    assertThat(patience.factor()).isEqualTo(4);
  }

  @Test
  void awake_longPause_countsLittle() {
    Patience patience = new Patience(SECOND / 4);
    patience.onTick(0);
    assertThat(patience.onTick(3_600 * SECOND)).isEqualTo(3_600 * SECOND);
    assertThat(patience.awake()).isLessThan(SECOND);
  }

  @Test
  void distance_outliers_changeLittle() {
    Distance distance = new Distance();
    assertThat(distance.millis()).isEmpty();
    for (int i = 0; i < 50; i++) {
      distance.sample(i % 3 == 0 ? 10_000_000 : 900_000_000);
    }
    assertThat(distance.millis().orElseThrow()).isBetween(9.9, 10.1);
    distance.sample(-1);
    distance.sample(Long.MAX_VALUE);
    assertThat(distance.millis().orElseThrow()).isBetween(9.9, 10.1);
  }

  @Test
  void distance_pathChanges_followsWithinAWindow() {
    Distance distance = new Distance();
    distance.sample(10_000_000);
    for (int i = 0; i < 40; i++) {
      distance.sample(50_000_000);
    }
    assertThat(distance.millis().orElseThrow()).isBetween(49.0, 50.0);
  }
}
