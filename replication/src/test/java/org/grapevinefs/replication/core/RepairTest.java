// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Replicas that know the same and hold other states, by a fault that is none of the model's. */
class RepairTest extends ThreeReplicas {

  private static final EntryName OTHER = EntryName.of("b");

  /** Each of two has a file that the other only believes to know. */
  @BeforeEach
  void loseOneOnEachSide() {
    level();
    make(left, FileId.ROOT, "a", NewContent.empty());
    make(right, FileId.ROOT, "b", NewContent.empty());
    Knowledge ofLeft = left.knowledge();
    believe(left, right.knowledge());
    believe(right, ofLeft);
    assertThat(left.knowledge()).isEqualTo(right.knowledge());
    assertThat(left.stateDigest()).isNotEqualTo(right.stateDigest());
  }

  private static void compare(Replica to, Replica from) {
    Knowledge asked = to.knowledge();
    try (Answer answer = from.answer(asked, true);
        PullSession session = to.begin(answer.header(), asked)) {
      assertThat(answer.header().mode()).isEqualTo(PullHeader.Mode.FULL);
      while (answer.hasNext()) {
        session.add(answer.header().response(), answer.next());
      }
      session.commit();
    }
    new FakeDisk(to).settleAll();
  }

  @Test
  void commit_allOfOneThatKnowsTheSame_takesOverWhatIsLackingAndLosesNothing() {
    compare(left, right);
    assertThat(left.lookup(FileId.ROOT, NAME)).isNotNull();
    assertThat(left.lookup(FileId.ROOT, OTHER)).isNotNull();
    compare(right, left);
    assertThat(right.stateDigest()).isEqualTo(left.stateDigest());
    assertThat(right.knowledge()).isEqualTo(left.knowledge());
    level();
    assertThat(third.lookup(FileId.ROOT, NAME)).isNotNull();
    assertThat(third.lookup(FileId.ROOT, OTHER)).isNotNull();
  }

  @Test
  void commit_somethingLearntSinceAllWasAskedFor_isRefused() {
    Knowledge asked = left.knowledge();
    try (Answer answer = right.answer(asked, true);
        PullSession session = left.begin(answer.header(), asked)) {
      while (answer.hasNext()) {
        session.add(answer.header().response(), answer.next());
      }
      make(left, FileId.ROOT, "c", NewContent.empty());
      assertThatThrownBy(session::commit).isInstanceOf(ReplicaException.class);
    }
    assertThat(left.lookup(FileId.ROOT, OTHER)).isNull();
  }
}
