// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.replication.peer.StateWatch.Told;
import org.junit.jupiter.api.Test;

class StateWatchTest {

  private static final NodeId ONE = TestMesh.id(1);
  private static final Told MINE = new Told(7, 1);
  private static final Told OTHER = new Told(7, 2);
  private static final long SURE = StateWatch.SURE_NANOS;

  private final StateWatch watch = new StateWatch();

  private List<NodeId> due(long now) {
    return watch.due(MINE, now);
  }

  @Test
  void due_sameKnowledgeAndOtherState_namesTheMemberOnceInAWhile() {
    watch.heard(ONE, OTHER);
    assertThat(due(0)).isEmpty();
    assertThat(due(SURE - 1)).isEmpty();
    assertThat(due(SURE)).containsExactly(ONE);
    assertThat(due(SURE + StateWatch.AGAIN_NANOS - 1)).isEmpty();
    assertThat(due(SURE + StateWatch.AGAIN_NANOS)).containsExactly(ONE);
  }

  @Test
  void due_differenceThatDoesNotLast_isNone() {
    watch.heard(ONE, OTHER);
    assertThat(due(0)).isEmpty();
    watch.heard(ONE, new Told(7, 3));
    assertThat(due(SURE)).as("another difference").isEmpty();
    watch.heard(ONE, MINE);
    assertThat(due(3 * SURE)).isEmpty();
  }

  @Test
  void due_otherKnowledge_isNone() {
    watch.heard(ONE, new Told(8, 2));
    assertThat(due(0)).isEmpty();
    assertThat(due(SURE)).isEmpty();
  }

  @Test
  void forget_memberThatDiffered_isNamedNoMore() {
    watch.heard(ONE, OTHER);
    assertThat(due(0)).isEmpty();
    watch.forget(ONE);
    assertThat(due(SURE)).isEmpty();
  }
}
