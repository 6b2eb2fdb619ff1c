// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * A peer as this node sees it at one moment.
 *
 * @param name its name in the roster
 * @param id its id
 * @param state whether it seems to be up
 * @param relayedOnly whether it is known to be up only through others
 * @param rttMillis the smoothed least round trip, if one was measured
 * @param address where its last packet came from, if it was heard directly
 * @param health what it says of itself
 * @param zones what it says of its replicas, the last word on each
 * @param clockOffsetMillis how far its clock seems ahead of ours, if it was heard directly
 * @param agreesOnMembers whether it goes by the same membership list; true until it is heard
 */
public record PeerView(
    String name,
    NodeId id,
    PeerState state,
    boolean relayedOnly,
    OptionalDouble rttMillis,
    Optional<InetSocketAddress> address,
    Health health,
    Map<ZoneId, ZoneStatus> zones,
    OptionalLong clockOffsetMillis,
    boolean agreesOnMembers) {
  /** Takes its own copy of the zones. */
  public PeerView {
    zones = Map.copyOf(zones);
  }
}
