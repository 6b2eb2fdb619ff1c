// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.grapevinefs.gossip.proto.Address;
import org.grapevinefs.gossip.proto.Datagram;
import org.grapevinefs.gossip.proto.ElpBody;
import org.grapevinefs.gossip.proto.Signed;
import org.grapevinefs.gossip.proto.Zone;
import org.junit.jupiter.api.Test;

class ElpCodecTest {
  private static final NodeKey KEY = TestKeys.key(1);

  @Test
  void seal_knownPacket_hasGoldenBytes() {
    byte[] packet = ElpCodec.seal(sample(1), KEY, Limits.PACKET_BYTES, false).bytes();
    assertThat(HexFormat.of().formatHex(packet))
        .isEqualTo(
            "0ae1010a9c0108011210000000000000000100000000000000021a2034750f98bd59fcfc946da45a"
                + "aabe933be154a4b5094e1c4abf42866505f3c97e2140420f0000000000280731005e56eea1010000"
                + "398877665544332211400548015a0e092a9059f0d503386a100918dc0b62090a04c000020710d514"
                + "6a280a1054d3fd14f3fa900f06a64fb6b18e598a100a19fbffffffffffffff210600000000000000"
                + "28021240dd397a489b8f67f03b064878ac4b606ad4f9ad3793fcbed628ab45a6a953af581fd6cce5"
                + "f65df6bdc470e808c31fcf3493a15b22be450e6bec70981d3e5c730b");
  }

  @Test
  void open_sealedPacket_givesTheSameWords() throws Exception {
    Elp elp = sample(3);
    ElpCodec.Sealed sealed =
        ElpCodec.open(ElpCodec.seal(elp, KEY, Limits.PACKET_BYTES, false).bytes());
    assertThat(ElpCodec.read(sealed)).isEqualTo(elp);
    assertThat(sealed.relayed()).isFalse();
    assertThat(sealed.signedBy(KEY.publicKey())).isTrue();
    assertThat(sealed.signedBy(TestKeys.key(2).publicKey())).isFalse();
  }

  @Test
  void asRelayed_sealedPacket_keepsSignatureAndSize() throws Exception {
    byte[] packet = ElpCodec.seal(sample(3), KEY, Limits.PACKET_BYTES, true).bytes();
    byte[] relayed = ElpCodec.open(packet).asRelayed();
    assertThat(relayed).hasSameSizeAs(packet);
    assertThat(ElpCodec.open(relayed).relayed()).isTrue();
    assertThat(ElpCodec.open(relayed).signedBy(KEY.publicKey())).isTrue();
  }

  @Test
  void seal_moreThanFits_leavesTheLastOut() throws Exception {
    ElpCodec.Packed full = ElpCodec.seal(sample(40), KEY, Limits.PACKET_BYTES, false);
    assertThat(full.bytes().length).isBetween(1_100, 1_200);
    assertThat(full.zonesTaken()).isBetween(10, 32);
    ElpCodec.Packed small = ElpCodec.seal(sample(40), KEY, 400, false);
    assertThat(small.bytes().length).isLessThanOrEqualTo(400);
    assertThat(ElpCodec.read(ElpCodec.open(small.bytes())).zones())
        .isEqualTo(sample(40).zones().subList(0, small.zonesTaken()));
  }

  @Test
  void seal_padded_fillsAnyRoomToAQuestionsSize() {
    for (int zones = 0; zones < 25; zones++) {
      byte[] packet = ElpCodec.seal(sample(zones), KEY, Limits.PACKET_BYTES, true).bytes();
      assertThat(packet.length).isBetween(Limits.QUESTION_BYTES, Limits.PACKET_BYTES);
    }
  }

  @Test
  void open_wrongShapes_isMalformed() {
    refused(body -> body.setMeshId(ByteString.copyFrom(new byte[15])));
    refused(body -> body.setNodeId(ByteString.EMPTY));
    refused(body -> IntStream.range(0, 33).forEach(i -> body.addEchoesBuilder()));
    refused(body -> IntStream.range(0, 33).forEach(i -> body.addZonesBuilder()));
    refused(body -> IntStream.range(0, 5).forEach(i -> body.addAddressesBuilder()));
    refused(body -> body.addZones(zone(15, 1)));
    refused(body -> body.addZones(zone(16, -1)));
    refused(body -> body.addAddresses(address(5, 80)));
    refused(body -> body.addAddresses(address(4, 0)));
    refused(body -> body.addAddresses(address(4, 65_536)));
  }

  private static Zone zone(int idBytes, long sum) {
    return Zone.newBuilder().setId(ByteString.copyFrom(new byte[idBytes])).setSum(sum).build();
  }

  private static Address address(int ipBytes, int port) {
    return Address.newBuilder().setIp(ByteString.copyFrom(new byte[ipBytes])).setPort(port).build();
  }

  private static void refused(Consumer<ElpBody.Builder> change) {
    ElpBody.Builder body =
        ElpBody.newBuilder()
            .setVersion(1)
            .setMeshId(ByteString.copyFrom(new byte[16]))
            .setNodeId(ByteString.copyFrom(new byte[32]));
    change.accept(body);
    Signed signed =
        Signed.newBuilder()
            .setBody(body.build().toByteString())
            .setSignature(ByteString.copyFrom(new byte[64]))
            .build();
    byte[] packet = Datagram.newBuilder().setOwn(signed).build().toByteArray();
    assertThatThrownBy(() -> ElpCodec.read(ElpCodec.open(packet)))
        .isInstanceOf(ElpCodec.MalformedElpException.class);
  }

  static Elp sample(int zones) {
    return new Elp(
        TestKeys.MESH,
        KEY.id(),
        1_000_000,
        7,
        1_795_000_000_000L,
        0x1122334455667788L,
        new Health(true, false, true),
        true,
        0,
        List.of(new Elp.Echo(TestKeys.key(2).id().prefix(), 9, 1_500)),
        List.of(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 2645)),
        IntStream.range(0, zones)
            .mapToObj(i -> new ZoneStatus(ZoneId.ofName("zone-" + i), 10 + i, -5, 6, 2))
            .toList());
  }
}
