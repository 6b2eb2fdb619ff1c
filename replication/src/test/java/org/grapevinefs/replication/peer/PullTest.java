// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.grapevinefs.replication.peer.TestMesh.await;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.replication.core.FileId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Members of a zone learn from each other. */
class PullTest {
  private final TestMesh mesh = new TestMesh(1, 2, 3);
  private final Set<NodeId> all = TestMesh.ids(1, 2, 3);
  private final ZoneAccess access = TestMesh.access(all, Set.of());

  @AfterEach
  void close() {
    mesh.close();
  }

  private static byte[] bytes(int size, long seed) {
    byte[] data = new byte[size];
    new SplittableRandom(seed).nextBytes(data);
    return data;
  }

  private FakeReplica member(int number, boolean inlines, Integer... connected) throws IOException {
    TestMesh.Node node = mesh.node(number, 1, 2, 3);
    FakeReplica replica = node.host(inlines, new EchoFiles(), access);
    node.connect(connected);
    return replica;
  }

  private static void awaitContent(FakeReplica replica, FileId file, byte[] data) {
    await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(1))
        .until(() -> Arrays.equals(data, replica.content(file)));
  }

  @Test
  void edit_onOneMember_isSoonOnTheOther() throws IOException {
    FakeReplica one = member(1, true);
    FakeReplica two = member(2, true, 1);
    FileId file = new FileId(1, 1);
    one.write(file, bytes(4096, 1));
    awaitContent(two, file, bytes(4096, 1));
    two.write(file, bytes(4096, 2));
    awaitContent(one, file, bytes(4096, 2));
  }

  @Test
  void largeContent_isFetchedInPieces() throws IOException {
    FakeReplica one = member(1, false);
    FileId file = new FileId(1, 1);
    one.write(file, bytes(9_000_001, 3));
    FakeReplica two = member(2, false, 1);
    awaitContent(two, file, bytes(9_000_001, 3));
  }

  @Test
  void changeOfA_reachesC_throughB() throws IOException {
    FakeReplica one = member(1, false);
    FakeReplica two = member(2, false, 1);
    FakeReplica three = member(3, false, 2);
    FileId file = new FileId(1, 1);
    one.write(file, bytes(100_000, 4));
    awaitContent(three, file, bytes(100_000, 4));
    assertThat(two.content(file)).isEqualTo(bytes(100_000, 4));
    assertThat(one.answers).hasValueLessThanOrEqualTo(2);
  }

  @Test
  void memberThatWasAway_catchesUp() throws IOException {
    FakeReplica one = member(1, true);
    TestMesh.Node laptop = mesh.node(2, 1, 2);
    FakeReplica two = new FakeReplica(2, true);
    laptop.service.addZone(TestMesh.ZONE, two, new EchoFiles().files, access);
    laptop.connect(1);
    one.write(new FileId(1, 1), bytes(10, 1));
    awaitContent(two, new FileId(1, 1), bytes(10, 1));
    laptop.close();

    one.write(new FileId(1, 2), bytes(10, 2));
    two.write(new FileId(1, 3), bytes(10, 3));
    TestMesh.Node back = mesh.node(2, 1, 2);
    back.service.addZone(TestMesh.ZONE, two, new EchoFiles().files, access);
    back.connect(1);
    awaitContent(two, new FileId(1, 2), bytes(10, 2));
    awaitContent(one, new FileId(1, 3), bytes(10, 3));
  }

  @Test
  void equalReplicas_areQuiet() throws IOException {
    FakeReplica one = member(1, true);
    FakeReplica two = member(2, true, 1);
    one.write(new FileId(1, 1), bytes(10, 1));
    awaitContent(two, new FileId(1, 1), bytes(10, 1));
    await().until(() -> one.knowledge().equals(two.knowledge()));
    int asked = one.answers.get() + two.answers.get();
    await().during(Duration.ofMillis(400)).until(() -> true);
    assertThat(one.answers.get() + two.answers.get()).isEqualTo(asked);
    assertThat(asked).isEqualTo(1);
  }

  @Test
  void memberThatHoldsAnotherStateOfTheSame_isAskedForAllOnce() throws IOException {
    FakeReplica one = member(1, true);
    TestMesh.Node node = mesh.node(2, 1, 2, 3);
    FakeReplica two = node.host(true, new EchoFiles(), access);
    List<NodeId> differing = new CopyOnWriteArrayList<>();
    node.service.onDiffering((zone, member) -> differing.add(member));
    node.connect(1);
    one.write(new FileId(1, 1), bytes(10, 1));
    await().until(() -> one.knowledge().equals(two.knowledge()));
    long digest = one.knowledge().digest();
    node.service.heardState(TestMesh.id(1), TestMesh.ZONE, digest, two.status().stateDigest() + 1);
    await().atMost(Duration.ofSeconds(60)).until(() -> one.wholes.get() == 1);
    assertThat(differing).containsExactly(TestMesh.id(1));
    assertThat(two.wholes).hasValue(0);
  }

  @Test
  void manySmallFiles_comeInBulk() throws IOException {
    FakeReplica one = member(1, true);
    int count = 20_000;
    byte[] small = bytes(1024, 7);
    for (int i = 0; i < count; i++) {
      one.write(new FileId(2, i), small);
    }
    FakeReplica two = new FakeReplica(2, true);
    TestMesh.Node node = mesh.node(2, 1, 2);
    node.service.addZone(TestMesh.ZONE, two, new EchoFiles().files, access);
    node.connect(1);
    awaitContent(two, new FileId(2, count - 1), small);
    await().until(() -> two.knowledge().equals(one.knowledge()));
    assertThat(two.commits).hasValueLessThanOrEqualTo(2);
  }

  @Test
  void manyContentsThatDidNotRideAlong_areFetchedInBatches() throws IOException {
    FakeReplica one = member(1, false);
    byte[] small = bytes(2000, 8);
    for (int i = 0; i < 5000; i++) {
      one.write(new FileId(2, i), small);
    }
    FakeReplica two = member(2, false, 1);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> two.status().counts().files() == 5000 && two.pending(1).isEmpty());
  }

  @Test
  void nodeThatIsNoMember_getsNothing() throws IOException {
    TestMesh.Node first = mesh.node(1, 1);
    FakeReplica one = first.host(true, new EchoFiles(), TestMesh.access(TestMesh.ids(1), all));
    FakeReplica two = member(2, true, 1);
    one.write(new FileId(1, 1), bytes(10, 1));
    await().until(() -> first.service.stats().connected().contains(TestMesh.id(2)));
    await().during(Duration.ofMillis(300)).until(() -> one.answers.get() == 0);
    assertThat(two.content(new FileId(1, 1))).isNull();
  }
}
