// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.grapevinefs.gossip.NodeId;
import org.junit.jupiter.api.Test;

/** Whom to ask, and when. */
class PullPlannerTest {
  private static final NodeId NEAR = new NodeId(9, 0, 0, 0);
  private static final NodeId FAR = new NodeId(1, 0, 0, 0);

  private static final long LATER = 10 * PullPlanner.POLITE_NANOS;

  private final PullPlanner planner = new PullPlanner(new SplittableRandom(1));

  private void both(long sum, long digest) {
    planner.up(NEAR, 0, 0);
    planner.up(FAR, 1, 0);
    planner.heard(NEAR, sum, digest, 0, 0);
    planner.heard(FAR, sum, digest, 0, 0);
  }

  @Test
  void equalDigests_nobodyIsAsked() {
    planner.mine(5, 55);
    both(5, 55);
    assertThat(planner.next(0)).isEmpty();
    assertThat(planner.behind()).allSatisfy(b -> assertThat(b.why()).isEmpty());
  }

  @Test
  void equalSumsWithOtherDigests_areAsked() {
    planner.mine(5, 55);
    both(5, 56);
    assertThat(planner.next(0)).contains(NEAR);
  }

  @Test
  void memberWithAnotherState_isAskedForAllOnce() {
    planner.mine(5, 55);
    both(5, 55);
    planner.suspect(FAR);
    assertThat(planner.next(0)).contains(FAR);
    assertThat(planner.isForAll(FAR)).isTrue();
    planner.done(FAR, 55);
    assertThat(planner.isForAll(FAR)).isFalse();
    assertThat(planner.next(0)).isEmpty();
    planner.suspect(FAR);
    assertThat(planner.next(0)).contains(FAR);
    planner.failed(FAR, "moved on", 0);
    assertThat(planner.next(1_000_000_000_000L)).isEmpty();
  }

  @Test
  void oneSession_atATime() {
    both(5, 56);
    assertThat(planner.next(0)).contains(NEAR);
    assertThat(planner.next(0)).isEmpty();
    planner.done(NEAR, 56);
    planner.mine(5, 56);
    assertThat(planner.next(0)).isEmpty();
  }

  @Test
  void answerTakenIn_isNotAskedForAgainThoughWeKnowMore() {
    planner.mine(5, 55);
    both(6, 66);
    assertThat(planner.next(0)).contains(NEAR);
    planner.done(NEAR, 66);
    planner.mine(11, 111);
    assertThat(planner.next(0)).contains(FAR);
    planner.done(FAR, 66);
    assertThat(planner.next(1_000_000_000_000L)).isEmpty();
    planner.heard(NEAR, 7, 77, 0, 0);
    assertThat(planner.next(1_000_000_000_000L)).contains(NEAR);
  }

  @Test
  void memberThatAskedUs_isNotAskedForWhatItKnewThen_norForWhatWeTellIt() {
    planner.mine(6, 66);
    both(5, 55);
    planner.asked(NEAR, 55, 66);
    planner.asked(FAR, 55, 66);
    planner.mine(7, 77);
    assertThat(planner.next(LATER)).isEmpty();
    planner.heard(NEAR, 6, 66, 0, LATER);
    assertThat(planner.next(2 * LATER)).isEmpty();
    planner.heard(FAR, 7, 76, 0, 2 * LATER);
    assertThat(planner.next(3 * LATER)).contains(FAR);
  }

  @Test
  void failure_turnsToTheNextAndWaitsLongerEachTime() {
    both(6, 66);
    assertThat(planner.next(0)).contains(NEAR);
    planner.failed(NEAR, "broke off", 0);
    assertThat(planner.next(0)).contains(FAR);
    planner.failed(FAR, "broke off", 0);
    assertThat(planner.next(0)).isEmpty();
    assertThat(planner.next(PullPlanner.FIRST_WAIT_NANOS)).contains(NEAR);
    assertThat(planner.behind()).anySatisfy(b -> assertThat(b.why()).isEqualTo("broke off"));
  }

  @Test
  void memberThatIsDown_isNotAsked() {
    both(6, 66);
    planner.down(NEAR);
    assertThat(planner.next(0)).contains(FAR);
  }

  @Test
  void memberThatCountsFewer_isGivenAMomentToAskFirst() {
    planner.mine(9, 99);
    planner.up(NEAR, 0, 0);
    planner.heard(NEAR, 6, 66, 0, 0);
    assertThat(planner.next(0)).isEmpty();
    assertThat(planner.next(PullPlanner.POLITE_NANOS)).contains(NEAR);
  }

  @Test
  void memberThatCountsAsManyAfterAll_isAskedAtOnce() {
    planner.mine(9, 99);
    planner.up(NEAR, 0, 0);
    planner.told(NEAR, 6, 66, 0, 0);
    assertThat(planner.next(0)).isEmpty();
    planner.told(NEAR, 10, 110, 0, 1);
    assertThat(planner.next(1)).contains(NEAR);
  }

  @Test
  void gossipThatWasOvertaken_isNoNews() {
    planner.mine(6, 66);
    planner.up(NEAR, 0, 0);
    assertThat(planner.told(NEAR, 7, 77, 0, 0)).isTrue();
    assertThat(planner.next(0)).contains(NEAR);
    planner.done(NEAR, 77);
    planner.mine(7, 77);
    assertThat(planner.heard(NEAR, 6, 65, 0, 1)).isFalse();
    assertThat(planner.told(NEAR, 8, 88, 0, 2)).isTrue();
    assertThat(planner.next(2)).contains(NEAR);
  }

  @Test
  void memberThatCameBack_mayKnowLessThanItTold() {
    planner.mine(6, 66);
    planner.up(NEAR, 0, 0);
    planner.told(NEAR, 7, 77, 0, 0);
    planner.down(NEAR);
    assertThat(planner.heard(NEAR, 3, 33, 0, 1)).isTrue();
    planner.up(NEAR, 0, 1);
    assertThat(planner.next(LATER)).contains(NEAR);
  }

  @Test
  void behind_saysByHowMuch() {
    planner.mine(2, 22);
    both(6, 66);
    assertThat(planner.behind()).allSatisfy(b -> assertThat(b.by()).isEqualTo(4));
  }
}
