// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.grapevinefs.gossip.proto.Address;
import org.grapevinefs.gossip.proto.Datagram;
import org.grapevinefs.gossip.proto.Echo;
import org.grapevinefs.gossip.proto.ElpBody;
import org.grapevinefs.gossip.proto.Signed;
import org.grapevinefs.gossip.proto.Zone;

/** The bytes of an echolocation packet: {@code docs/protocol.md}, "Echolocation packets". */
final class ElpCodec {
  /** Keeps a signature made here from meaning anything anywhere else. */
  private static final byte[] DOMAIN = "GrapeVineFS ELP 1\0".getBytes(StandardCharsets.US_ASCII);

  private ElpCodec() {}

  /**
   * A packet taken apart, whose signature is not checked yet: nothing in it may be believed.
   *
   * @param relayed whether it says to be passed on by another node than its signer
   */
  record Sealed(boolean relayed, ElpBody body, byte[] bodyBytes, byte[] signature) {
    MeshId mesh() {
      return MeshId.ofBytes(body.getMeshId().toByteArray());
    }

    NodeId node() {
      return NodeId.ofBytes(body.getNodeId().toByteArray());
    }

    boolean signedBy(NodePublicKey key) {
      return key.verifies(signedBytes(bodyBytes), signature);
    }

    /** The same words as another node passes them on. */
    byte[] asRelayed() {
      return Datagram.newBuilder().setRelayed(envelope(bodyBytes, signature)).build().toByteArray();
    }
  }

  /** Bytes that are no echolocation packet. */
  static final class MalformedElpException extends Exception {
    MalformedElpException(String problem) {
      super(problem);
    }
  }

  /**
   * The signed packet, of at most {@code limit} bytes. Echoes, addresses and zones that do not fit
   * are left out, the later ones of each list first; {@code zonesTaken} of the result says how many
   * zones went in.
   */
  static Packed seal(Elp elp, NodeKey key, int limit, boolean padded) {
    ElpBody.Builder body =
        ElpBody.newBuilder()
            .setVersion(Elp.VERSION)
            .setMeshId(ByteString.copyFrom(elp.mesh().toBytes()))
            .setNodeId(ByteString.copyFrom(elp.node().toBytes()))
            .setBootEpoch(elp.epoch())
            .setCounter(elp.counter())
            .setSentMillis(elp.sentMillis())
            .setMembershipDigest(elp.membershipDigest())
            .setHealth(elp.health().toBits())
            .setAnswerWanted(elp.answerWanted())
            .setProbe(elp.probe());
    int room =
        Math.min(limit, Limits.PACKET_BYTES)
            - Limits.ENVELOPE_BYTES
            - body.build().getSerializedSize();
    room = addEchoes(body, elp.echoes(), room);
    room = addAddresses(body, elp.addresses(), room);
    room = addZones(body, elp.zones(), room);
    if (padded && room > 3) {
      body.setPadding(ByteString.copyFrom(new byte[room - 3]));
    }
    byte[] bytes = body.build().toByteArray();
    byte[] signature = key.sign(signedBytes(bytes));
    byte[] packet = Datagram.newBuilder().setOwn(envelope(bytes, signature)).build().toByteArray();
    return new Packed(packet, body.getZonesCount());
  }

  /** A packet ready to send, and how many of the zones it holds. */
  record Packed(byte[] bytes, int zonesTaken) {}

  /** Takes a packet apart, checking shape and limits but no signature. */
  static Sealed open(byte[] packet) throws MalformedElpException {
    try {
      Datagram datagram = Datagram.parseFrom(packet);
      Signed signed =
          switch (datagram.getContentCase()) {
            case OWN -> datagram.getOwn();
            case RELAYED -> datagram.getRelayed();
            case CONTENT_NOT_SET -> throw new MalformedElpException("empty");
          };
      ElpBody body = ElpBody.parseFrom(signed.getBody());
      if (body.getMeshId().size() != MeshId.BYTES
          || body.getNodeId().size() != NodeId.BYTES
          || signed.getSignature().size() != NodePublicKey.SIGNATURE_BYTES
          || body.getEchoesCount() > Limits.ECHOES
          || body.getAddressesCount() > Limits.ADDRESSES
          || body.getZonesCount() > Limits.ZONES) {
        throw new MalformedElpException("a field has the wrong size");
      }
      return new Sealed(
          datagram.hasRelayed(),
          body,
          signed.getBody().toByteArray(),
          signed.getSignature().toByteArray());
    } catch (InvalidProtocolBufferException e) {
      throw new MalformedElpException("not protobuf");
    }
  }

  /** What a packet says; to be called once its signature and version are known to be good. */
  static Elp read(Sealed sealed) throws MalformedElpException {
    ElpBody body = sealed.body();
    List<Elp.Echo> echoes = new ArrayList<>();
    for (Echo echo : body.getEchoesList()) {
      echoes.add(new Elp.Echo(echo.getNode(), echo.getCounter(), echo.getHeldMicros()));
    }
    List<InetSocketAddress> addresses = new ArrayList<>();
    for (Address address : body.getAddressesList()) {
      addresses.add(readAddress(address));
    }
    List<ZoneStatus> zones = new ArrayList<>();
    for (Zone zone : body.getZonesList()) {
      zones.add(readZone(zone));
    }
    return new Elp(
        sealed.mesh(),
        sealed.node(),
        body.getBootEpoch(),
        body.getCounter(),
        body.getSentMillis(),
        body.getMembershipDigest(),
        Health.ofBits(body.getHealth()),
        body.getAnswerWanted(),
        body.getProbe(),
        echoes,
        addresses,
        zones);
  }

  private static InetSocketAddress readAddress(Address address) throws MalformedElpException {
    if (address.getPort() < 1 || address.getPort() > 65_535) {
      throw new MalformedElpException("not a port");
    }
    try {
      InetAddress ip = InetAddress.getByAddress(address.getIp().toByteArray());
      return new InetSocketAddress(ip, address.getPort());
    } catch (UnknownHostException e) {
      throw new MalformedElpException("not an IP address");
    }
  }

  private static ZoneStatus readZone(Zone zone) throws MalformedElpException {
    if (zone.getId().size() != ZoneId.BYTES || zone.getSum() < 0 || zone.getPending() < 0) {
      throw new MalformedElpException("not a zone's status");
    }
    return new ZoneStatus(
        ZoneId.ofBytes(zone.getId().toByteArray()),
        zone.getSum(),
        zone.getDigest(),
        zone.getStateDigest(),
        zone.getPending());
  }

  private static int addEchoes(ElpBody.Builder body, List<Elp.Echo> echoes, int room) {
    int left = room;
    for (Elp.Echo echo : echoes) {
      Echo next =
          Echo.newBuilder()
              .setNode(echo.node())
              .setCounter(echo.counter())
              .setHeldMicros(echo.heldMicros())
              .build();
      int size = CodedOutputStream.computeMessageSize(ElpBody.ECHOES_FIELD_NUMBER, next);
      if (size > left || body.getEchoesCount() == Limits.ECHOES) {
        break;
      }
      body.addEchoes(next);
      left -= size;
    }
    return left;
  }

  private static int addAddresses(
      ElpBody.Builder body, List<InetSocketAddress> addresses, int room) {
    int left = room;
    for (InetSocketAddress address : addresses) {
      Address next =
          Address.newBuilder()
              .setIp(ByteString.copyFrom(address.getAddress().getAddress()))
              .setPort(address.getPort())
              .build();
      int size = CodedOutputStream.computeMessageSize(ElpBody.ADDRESSES_FIELD_NUMBER, next);
      if (size > left || body.getAddressesCount() == Limits.ADDRESSES) {
        break;
      }
      body.addAddresses(next);
      left -= size;
    }
    return left;
  }

  private static int addZones(ElpBody.Builder body, List<ZoneStatus> zones, int room) {
    int left = room;
    for (ZoneStatus zone : zones) {
      Zone next =
          Zone.newBuilder()
              .setId(ByteString.copyFrom(zone.zone().toBytes()))
              .setSum(zone.sum())
              .setDigest(zone.digest())
              .setStateDigest(zone.stateDigest())
              .setPending(zone.pending())
              .build();
      int size = CodedOutputStream.computeMessageSize(ElpBody.ZONES_FIELD_NUMBER, next);
      if (size > left || body.getZonesCount() == Limits.ZONES) {
        break;
      }
      body.addZones(next);
      left -= size;
    }
    return left;
  }

  private static Signed envelope(byte[] body, byte[] signature) {
    return Signed.newBuilder()
        .setBody(UnsafeByteOperations.unsafeWrap(body))
        .setSignature(UnsafeByteOperations.unsafeWrap(signature))
        .build();
  }

  private static byte[] signedBytes(byte[] body) {
    byte[] all = Arrays.copyOf(DOMAIN, DOMAIN.length + body.length);
    System.arraycopy(body, 0, all, DOMAIN.length, body.length);
    return all;
  }
}
