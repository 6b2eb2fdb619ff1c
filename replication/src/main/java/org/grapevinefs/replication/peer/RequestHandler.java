// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.replication.peer.proto.Announce;
import org.grapevinefs.replication.peer.proto.Request;

/**
 * What a node does with what its peers say. Called on network threads: hand on and return at once.
 */
interface RequestHandler {

  /** Answers a request, now or later, through the exchange. */
  void request(Exchange exchange, Request request);

  /** Takes note of a peer's zone versions. */
  void announced(NodeId from, Announce announce);

  /** A peer's lane came up. */
  void connected(NodeId peer, Lane lane);

  /** A peer's last connection of this lane went. */
  void disconnected(NodeId peer, Lane lane);
}
