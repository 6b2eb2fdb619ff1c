// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.Origin;
import org.grapevinefs.replication.peer.ContentPlanner.Assignment;
import org.grapevinefs.replication.peer.ContentPlanner.Wanted;
import org.junit.jupiter.api.Test;

/** What to fetch next, and from whom. */
class ContentPlannerTest {
  private static final NodeId NEAR = new NodeId(9, 0, 0, 0);
  private static final NodeId FAR = new NodeId(1, 0, 0, 0);

  private final ContentPlanner planner = new ContentPlanner();

  private static Wanted wanted(int number) {
    return new Wanted(new FileId(0, number), new Dot(new Origin(1), number));
  }

  private void offer(int count, long bytes) {
    Map<Wanted, Long> offered = new LinkedHashMap<>();
    for (int i = 1; i <= count; i++) {
      offered.put(wanted(i), bytes);
    }
    planner.offer(offered);
  }

  @Test
  void smallOnes_goTogetherToTheNearest() {
    planner.up(FAR, 1);
    planner.up(NEAR, 0);
    offer(ContentPlanner.MAX_BATCH + 1, 10);
    Assignment first = planner.next(0).orElseThrow();
    assertThat(first.member()).isEqualTo(NEAR);
    assertThat(first.contents()).hasSize(ContentPlanner.MAX_BATCH);
    assertThat(planner.next(0).orElseThrow().contents()).hasSize(1);
    assertThat(planner.next(0)).isEmpty();
  }

  @Test
  void largeOnes_goAlone() {
    planner.up(NEAR, 0);
    offer(2, 1L << 40);
    assertThat(planner.next(0).orElseThrow().contents()).containsExactly(wanted(1));
    assertThat(planner.next(0).orElseThrow().contents()).containsExactly(wanted(2));
  }

  @Test
  void memberThatMovedOn_isPassedOverForAWhile() {
    planner.up(NEAR, 0);
    planner.up(FAR, 1);
    offer(1, 10);
    Assignment first = planner.next(0).orElseThrow();
    planner.refuse(NEAR, wanted(1), 0);
    planner.ended(first, true, 0);
    offer(1, 10);
    Assignment second = planner.next(0).orElseThrow();
    assertThat(second.member()).isEqualTo(FAR);
    planner.refuse(FAR, wanted(1), 0);
    planner.ended(second, true, 0);
    offer(1, 10);
    assertThat(planner.next(0)).isEmpty();
    planner.news(FAR);
    assertThat(planner.next(0).orElseThrow().member()).isEqualTo(FAR);
  }

  @Test
  void busyMember_leavesWorkToTheNext() {
    planner.up(NEAR, 0);
    planner.up(FAR, 1);
    offer(10, 1L << 40);
    for (int i = 0; i < ContentPlanner.MAX_AT_A_MEMBER; i++) {
      assertThat(planner.next(0).orElseThrow().member()).isEqualTo(NEAR);
    }
    assertThat(planner.next(0).orElseThrow().member()).isEqualTo(FAR);
  }

  @Test
  void whatIsUnderWay_isNotGivenTwice() {
    planner.up(NEAR, 0);
    offer(1, 10);
    assertThat(planner.next(0)).isPresent();
    offer(1, 10);
    assertThat(planner.next(0)).isEmpty();
  }

  @Test
  void contentsOfOneFile_goOneAfterTheOther() {
    planner.up(NEAR, 0);
    Wanted older = wanted(1);
    Wanted newer = new Wanted(older.source(), new Dot(new Origin(1), 2));
    Map<Wanted, Long> both = new LinkedHashMap<>();
    both.put(older, 10L);
    both.put(newer, 10L);
    planner.offer(both);
    Assignment first = planner.next(0).orElseThrow();
    assertThat(first.contents()).containsExactly(older);
    assertThat(planner.next(0)).isEmpty();
    planner.ended(first, true, 0);
    assertThat(planner.next(0).orElseThrow().contents()).containsExactly(newer);
  }

  @Test
  void postponedOne_comesAgainSoon() {
    planner.up(NEAR, 0);
    offer(1, 10);
    Assignment first = planner.next(0).orElseThrow();
    planner.postpone(NEAR, wanted(1), 0);
    planner.ended(first, true, 0);
    offer(1, 10);
    assertThat(planner.next(0)).isEmpty();
    assertThat(planner.next(ContentPlanner.POSTPONED_NANOS)).isPresent();
  }

  @Test
  void whatAllInReachRefuseForAMinute_isSoughtInVain_untilAnotherComesOrItIsNotWanted() {
    planner.up(NEAR, 0);
    planner.up(FAR, 1);
    offer(2, 10);
    planner.refuse(NEAR, wanted(1), 0);
    planner.postpone(FAR, wanted(1), 1);
    planner.refuse(NEAR, wanted(1), 2);
    assertThat(planner.inVain(2 * ContentPlanner.IN_VAIN_NANOS)).isEmpty();
    planner.refuse(FAR, wanted(1), 5);
    assertThat(planner.inVain(ContentPlanner.IN_VAIN_NANOS + 4)).isEmpty();
    assertThat(planner.inVain(ContentPlanner.IN_VAIN_NANOS + 5)).containsExactly(wanted(1));
    planner.news(FAR);
    assertThat(planner.inVain(ContentPlanner.IN_VAIN_NANOS + 5)).isEmpty();
    planner.down(FAR);
    assertThat(planner.inVain(ContentPlanner.IN_VAIN_NANOS + 5)).containsExactly(wanted(1));
    offer(0, 10);
    assertThat(planner.inVain(ContentPlanner.IN_VAIN_NANOS + 5)).isEmpty();
  }
}
