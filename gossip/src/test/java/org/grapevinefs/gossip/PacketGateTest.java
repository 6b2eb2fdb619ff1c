// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.grapevinefs.gossip.proto.Datagram;
import org.grapevinefs.gossip.proto.ElpBody;
import org.grapevinefs.gossip.proto.Signed;
import org.junit.jupiter.api.Test;

/** What a node does with packets that somebody made up. */
class PacketGateTest {
  private static final InetSocketAddress FROM = SimulatedMesh.address(9);

  private final GossipCore core = core(1, 100, TestKeys.roster(1, 2, 3));
  private final GossipCore friend = core(2, 100, TestKeys.roster(1, 2, 3));

  private static GossipCore core(int number, long epoch, Roster roster) {
    return new GossipCore(
        GossipSettings.DEFAULT,
        TestKeys.key(number),
        roster,
        epoch,
        new SplittableRandom(number),
        () -> Instant.EPOCH);
  }

  @Test
  void onPacket_ofAMember_isBelieved() {
    assertThat(core.onPacket(friend.packetForStream(1), FROM, 1)).isNotEmpty();
    assertThat(core.stats().accepted()).isEqualTo(1);
    assertThat(core.peer(SimulatedMesh.id(2)).orElseThrow().address()).contains(FROM);
  }

  @Test
  void onPacket_repeatedOrOvertaken_isDropped() {
    byte[] first = friend.packetForStream(1);
    byte[] second = friend.packetForStream(2);
    assertThat(core.onPacket(second, FROM, 3)).isNotEmpty();
    dropped(second, DropReason.REPLAY, 1);
    dropped(first, DropReason.REPLAY, 2);
    byte[] earlierLife = core(2, 99, TestKeys.roster(1, 2, 3)).packetForStream(1);
    dropped(earlierLife, DropReason.REPLAY, 3);
    byte[] nextLife = core(2, 101, TestKeys.roster(1, 2, 3)).packetForStream(1);
    assertThat(core.onPacket(nextLife, FROM, 4)).isNotNull();
    assertThat(core.stats().accepted()).isEqualTo(2);
  }

  @Test
  void onPacket_ofStrangersAndOtherMeshes_isDropped() {
    Roster theirs = TestKeys.roster(1, 8);
    dropped(core(8, 1, theirs).packetForStream(1), DropReason.UNKNOWN_NODE, 1);
    Roster other = new Roster(new MeshId(3, 3), TestKeys.roster(1, 2).entries());
    dropped(core(2, 1, other).packetForStream(1), DropReason.WRONG_MESH, 1);
    dropped(new byte[1_201], DropReason.OVERSIZE, 1);
    dropped(core.packetForStream(1), DropReason.OWN, 1);
  }

  @Test
  void onPacket_forgedOrChanged_isDropped() throws Exception {
    byte[] packet = friend.packetForStream(1);
    Signed real = Datagram.parseFrom(packet).getOwn();
    ElpBody changed = ElpBody.parseFrom(real.getBody()).toBuilder().setHealth(7).build();
    dropped(
        datagram(changed.toByteArray(), real.getSignature().toByteArray()),
        DropReason.BAD_SIGNATURE,
        1);
    byte[] body = real.getBody().toByteArray();
    dropped(datagram(body, TestKeys.key(3).sign(body)), DropReason.BAD_SIGNATURE, 2);
    // Signed by the right key, but without the prefix that says what the signature is for.
    dropped(datagram(body, TestKeys.key(2).sign(body)), DropReason.BAD_SIGNATURE, 3);
    assertThat(core.onPacket(packet, FROM, 1)).isNotEmpty();
  }

  @Test
  void onPacket_ofAnUnknownVersion_isToldOncePerPeer() throws Exception {
    for (int i = 1; i <= 2; i++) {
      Signed real = Datagram.parseFrom(friend.packetForStream(i)).getOwn();
      byte[] body =
          ElpBody.parseFrom(real.getBody()).toBuilder().setVersion(2).build().toByteArray();
      byte[] domain = "GrapeVineFS ELP 1\0".getBytes(StandardCharsets.US_ASCII);
      byte[] all = ByteString.copyFrom(domain).concat(ByteString.copyFrom(body)).toByteArray();
      List<Effect> effects = core.onPacket(datagram(body, TestKeys.key(2).sign(all)), FROM, i);
      if (i == 1) {
        assertThat(effects).containsExactly(new Effect.UnknownVersion(SimulatedMesh.id(2), 2));
      } else {
        assertThat(effects).isEmpty();
      }
    }
    assertThat(core.stats().dropped()).containsEntry(DropReason.UNKNOWN_VERSION, 2L);
  }

  @Test
  void onPacket_ofOurOwnKeyStartedLater_isToldOnce() {
    GossipCore twin = core(1, 101, TestKeys.roster(1, 2, 3));
    assertThat(core.onPacket(twin.packetForStream(1), FROM, 1))
        .containsExactly(new Effect.KeyInUseElsewhere(FROM));
    assertThat(core.onPacket(twin.packetForStream(2), FROM, 1)).isEmpty();
    GossipCore earlier = core(1, 99, TestKeys.roster(1, 2, 3));
    assertThat(core.onPacket(earlier.packetForStream(2), FROM, 1)).isEmpty();
  }

  @Test
  void onPacket_question_isAnsweredNoLargerThanItself() {
    friend.setRoutes(Map.of(SimulatedMesh.id(1), List.of(FROM)));
    for (int zone = 0; zone < 50; zone++) {
      core.publish(new ZoneStatus(ZoneId.ofName("z" + zone), 1, 1, 1, 1), 0);
    }
    List<byte[]> questions =
        friend.onTick(1).stream()
            .filter(e -> e instanceof Effect.Send)
            .map(e -> ((Effect.Send) e).packet())
            .toList();
    assertThat(questions).hasSize(1);
    List<Effect> effects = core.onPacket(questions.getFirst(), FROM, 2);
    assertThat(effects)
        .filteredOn(e -> e instanceof Effect.Send)
        .hasSize(1)
        .allSatisfy(e ->
            assertThat(((Effect.Send) e).packet().length)
                .isLessThanOrEqualTo(questions.getFirst().length));
    assertThat(core.stats().answered()).isEqualTo(1);
  }

  @Test
  void onPacket_floodOfQuestions_isAnsweredTenTimes() {
    for (int i = 1; i <= 40; i++) {
      Elp question =
          new Elp(
              TestKeys.MESH,
              SimulatedMesh.id(2),
              200,
              i,
              0,
              0,
              Health.GOOD,
              true,
              0,
              List.of(),
              List.of(),
              List.of());
      byte[] packet = ElpCodec.seal(question, TestKeys.key(2), Limits.PACKET_BYTES, true).bytes();
      assertThat(core.onPacket(packet, FROM, 1_000)).isNotNull();
    }
    assertThat(core.stats().accepted()).isEqualTo(40);
    assertThat(core.stats().answered()).isEqualTo(10);
  }

  @Test
  void onPacket_revokedNode_isUnknownAtOnce() {
    assertThat(core.onPacket(friend.packetForStream(1), FROM, 1)).isNotEmpty();
    assertThat(core.setRoster(TestKeys.roster(1, 3)))
        .containsExactly(new Effect.PeerGone(SimulatedMesh.id(2)));
    dropped(friend.packetForStream(2), DropReason.UNKNOWN_NODE, 1);
  }

  @Test
  void onPacket_otherMembershipList_isToldOncePerList() {
    GossipCore behind = core(2, 100, TestKeys.roster(1, 2));
    assertThat(core.onPacket(behind.packetForStream(1), FROM, 1))
        .contains(
            new Effect.MembershipDiffers(SimulatedMesh.id(2), TestKeys.roster(1, 2).digest()));
    assertThat(core.onPacket(behind.packetForStream(2), FROM, 2)).isEmpty();
    assertThat(core.peer(SimulatedMesh.id(2)).orElseThrow().agreesOnMembers()).isFalse();
  }

  private void dropped(byte[] packet, DropReason reason, long count) {
    assertThat(core.onPacket(packet, FROM, 5)).isEmpty();
    assertThat(core.stats().dropped()).containsEntry(reason, count);
  }

  private static byte[] datagram(byte[] body, byte[] signature) {
    Signed signed =
        Signed.newBuilder()
            .setBody(ByteString.copyFrom(body))
            .setSignature(ByteString.copyFrom(signature))
            .build();
    return Datagram.newBuilder().setOwn(signed).build().toByteArray();
  }
}
