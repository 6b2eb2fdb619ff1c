// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The way in: every packet passes these checks, the cheap ones first, before anything in it is
 * believed.
 *
 * <p>A packet that fails costs a counter and nothing else: no reply, no memory, no log line.
 */
final class PacketGate {
  private final NodeKey key;
  private final Map<DropReason, Long> dropped = new EnumMap<>(DropReason.class);
  private long accepted;

  PacketGate(NodeKey key) {
    this.key = key;
    for (DropReason reason : DropReason.values()) {
      dropped.put(reason, 0L);
    }
  }

  /** What became of a packet. */
  sealed interface Verdict {}

  /** A packet to believe, and its form for passing on. */
  record Passed(Elp elp, PeerRecord peer, boolean relayed, byte[] relayable) implements Verdict {}

  /** A well signed packet in a version that this node does not know. */
  record Foreign(PeerRecord peer, int version) implements Verdict {}

  /** A well signed packet of our own key, but of a later start than ours. */
  record Twin() implements Verdict {}

  /** A packet that was counted and forgotten. */
  record Dropped(DropReason reason) implements Verdict {}

  Verdict check(
      byte[] packet, MeshId mesh, long ownEpoch, Function<NodeId, @Nullable PeerRecord> peers) {
    if (packet.length > Limits.PACKET_BYTES) {
      return drop(DropReason.OVERSIZE);
    }
    try {
      ElpCodec.Sealed sealed = ElpCodec.open(packet);
      if (!sealed.mesh().equals(mesh)) {
        return drop(DropReason.WRONG_MESH);
      }
      NodeId node = sealed.node();
      if (node.equals(key.id())) {
        return ownWords(sealed, ownEpoch);
      }
      PeerRecord peer = peers.apply(node);
      if (peer == null) {
        return drop(DropReason.UNKNOWN_NODE);
      }
      return peersWords(sealed, peer);
    } catch (ElpCodec.MalformedElpException e) {
      return drop(DropReason.MALFORMED);
    }
  }

  private Verdict peersWords(ElpCodec.Sealed sealed, PeerRecord peer)
      throws ElpCodec.MalformedElpException {
    if (!peer.isNewer(sealed.body().getBootEpoch(), sealed.body().getCounter())) {
      return drop(DropReason.REPLAY);
    }
    if (!sealed.signedBy(peer.publicKey())) {
      return drop(DropReason.BAD_SIGNATURE);
    }
    if (sealed.body().getVersion() != Elp.VERSION) {
      drop(DropReason.UNKNOWN_VERSION);
      return new Foreign(peer, sealed.body().getVersion());
    }
    Elp elp = ElpCodec.read(sealed);
    accepted++;
    return new Passed(elp, peer, sealed.relayed(), sealed.asRelayed());
  }

  private Verdict ownWords(ElpCodec.Sealed sealed, long ownEpoch) {
    Verdict own = drop(DropReason.OWN);
    // An earlier start's packet may be anybody's recording; a later start is another process.
    boolean later = Long.compareUnsigned(sealed.body().getBootEpoch(), ownEpoch) > 0;
    return later && sealed.signedBy(key.publicKey()) ? new Twin() : own;
  }

  private Verdict drop(DropReason reason) {
    dropped.merge(reason, 1L, Long::sum);
    return new Dropped(reason);
  }

  long accepted() {
    return accepted;
  }

  Map<DropReason, Long> dropped() {
    return dropped;
  }
}
