// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.net.InetSocketAddress;

/** What the pure core wants done: packets to send and news to tell. */
public sealed interface Effect {
  /** A packet to one address. The array belongs to the receiver of the effect. */
  record Send(byte[] packet, InetSocketAddress to) implements Effect {}

  /** A packet to everyone on the local networks. */
  record Broadcast(byte[] packet) implements Effect {}

  /** A peer's state or health is another one now. */
  record PeerChanged(PeerView peer) implements Effect {}

  /** A node left the roster. */
  record PeerGone(NodeId peer) implements Effect {}

  /** A peer told of its replica of a zone; also when nothing is new, as a chance to try again. */
  record ZoneHeard(NodeId peer, ZoneStatus status) implements Effect {}

  /** A peer goes by another membership list. Told once per list. */
  record MembershipDiffers(NodeId peer, long digest) implements Effect {}

  /** A peer speaks a version of the protocol that this node does not know. Told once per peer. */
  record UnknownVersion(NodeId peer, int version) implements Effect {}

  /** Another node, started after this one, speaks with this node's key. Told once. */
  record KeyInUseElsewhere(InetSocketAddress from) implements Effect {}
}
