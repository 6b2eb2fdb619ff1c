// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.zone.HeldContents.Digest;
import org.grapevinefs.replication.zone.HeldContents.Outcome;
import org.junit.jupiter.api.Test;

class BallotTest {
  private static final NodeId A = TestMesh.id(1);
  private static final NodeId B = TestMesh.id(2);
  private static final NodeId C = TestMesh.id(3);
  private static final Bytes X = Bytes.of(new byte[] {1});
  private static final Bytes Y = Bytes.of(new byte[] {2});

  private static Digest read(Bytes digest) {
    return new Digest(Outcome.READ, digest);
  }

  private static Map<NodeId, Digest> found(Digest... digests) {
    Map<NodeId, Digest> found = new LinkedHashMap<>();
    NodeId[] nodes = {A, B, C};
    for (int i = 0; i < digests.length; i++) {
      found.put(nodes[i], digests[i]);
    }
    return found;
  }

  @Test
  void versionsOwnHash_outvotesAll() {
    Ballot ballot = Ballot.of(X, found(read(Y), read(Y), read(X)));
    assertThat(ballot.good()).isEqualTo(X);
    assertThat(ballot.holders()).containsExactly(C);
    assertThat(ballot.bad()).containsExactly(A, B);
  }

  @Test
  void versionsOwnHash_thatNobodyHas_leavesNoGoodOne() {
    Ballot ballot = Ballot.of(X, found(read(Y), read(Y)));
    assertThat(ballot.good()).isNull();
    assertThat(ballot.bad()).containsExactly(A, B);
  }

  @Test
  void moreThanHalf_isRight() {
    Ballot ballot = Ballot.of(null, found(read(X), read(Y), read(X)));
    assertThat(ballot.good()).isEqualTo(X);
    assertThat(ballot.bad()).containsExactly(B);
  }

  @Test
  void oneAgainstOne_cannotBeTold() {
    assertThat(Ballot.of(null, found(read(X), read(Y))).good()).isNull();
  }

  @Test
  void unreadable_isBadAndHasNoVote() {
    Ballot ballot = Ballot.of(null, found(Digest.without(Outcome.UNREADABLE), read(X)));
    assertThat(ballot.good()).isEqualTo(X);
    assertThat(ballot.bad()).containsExactly(A);
  }

  @Test
  void whoHoldsAnotherContent_doesNotCount() {
    Ballot ballot =
        Ballot.of(
            null, found(read(X), Digest.without(Outcome.MOVED_ON), Digest.without(Outcome.EDITED)));
    assertThat(ballot.isUnanimous()).isTrue();
    assertThat(ballot.holders()).containsExactly(A);
  }

  @Test
  void witnessedDigest_tellsBetweenTwo() {
    Ballot ballot = Ballot.of(Y, found(read(X), read(Y)));
    assertThat(ballot.good()).isEqualTo(Y);
    assertThat(ballot.holders()).containsExactly(B);
    assertThat(ballot.bad()).containsExactly(A);
    assertThat(ballot.agreed()).isFalse();
  }

  @Test
  void agreed_wantsTwoThatWereRead_andNobodyWithOtherBytes() {
    Digest unreadable = Digest.without(Outcome.UNREADABLE);
    Digest movedOn = Digest.without(Outcome.MOVED_ON);
    assertThat(Ballot.of(null, found(read(X), read(X))).agreed()).isTrue();
    assertThat(Ballot.of(null, found(read(X), unreadable, read(X))).agreed()).isTrue();
    assertThat(Ballot.of(null, found(read(X), movedOn, read(X))).agreed()).isTrue();
    assertThat(Ballot.of(null, found(read(X))).agreed()).isFalse();
    assertThat(Ballot.of(null, found(read(X), unreadable, movedOn)).agreed()).isFalse();
    assertThat(Ballot.of(null, found(read(X), read(X), read(Y))).agreed()).isFalse();
    assertThat(Ballot.of(null, found(read(X), read(Y))).agreed()).isFalse();
    assertThat(Ballot.of(Y, found(read(X), read(X))).agreed()).isFalse();
    assertThat(Ballot.of(null, found()).agreed()).isFalse();
  }
}
