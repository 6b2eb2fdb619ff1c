// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

/**
 * What others want to hear from gossip. Calls come one after the other on one thread of their own;
 * a listener that is slow misses the oldest news (they come again with later packets), but delays
 * no packet.
 */
public interface GossipListener {
  /** A peer told of its replica of a zone; at least each few seconds, also when nothing is new. */
  default void zoneHeard(NodeId peer, ZoneStatus status) {}

  /** A peer's state or health is another one now. */
  default void peerChanged(PeerView peer) {}

  /** A node left the roster. */
  default void peerGone(NodeId peer) {}

  /** A peer goes by another membership list, whose digest is given. */
  default void membershipDiffers(NodeId peer, long digest) {}
}
