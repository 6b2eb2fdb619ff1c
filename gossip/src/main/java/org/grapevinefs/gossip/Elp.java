// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * An echolocation packet: what one node says of itself, once. {@code elp.proto} explains the
 * fields.
 *
 * @param probe the first 64 bits of the id of a node that the receiver should look for; 0 for none
 */
record Elp(
    MeshId mesh,
    NodeId node,
    long epoch,
    long counter,
    long sentMillis,
    long membershipDigest,
    Health health,
    boolean answerWanted,
    long probe,
    List<Echo> echoes,
    List<InetSocketAddress> addresses,
    List<ZoneStatus> zones) {
  static final int VERSION = 1;

  Elp {
    echoes = List.copyOf(echoes);
    addresses = List.copyOf(addresses);
    zones = List.copyOf(zones);
  }

  /** "I heard packet {@code counter} of the node whose id begins so, {@code heldMicros} ago." */
  record Echo(long node, long counter, long heldMicros) {}
}
