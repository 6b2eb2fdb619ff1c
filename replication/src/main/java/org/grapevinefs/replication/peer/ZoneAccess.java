// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import java.util.Set;
import org.grapevinefs.gossip.NodeId;

/**
 * Who may have what of a zone. Asked at every request, so that a change holds at once; any thread,
 * must not block.
 */
public interface ZoneAccess {

  /** The nodes that mirror the zone, this one with them. */
  Set<NodeId> members();

  /** Whether a node that is no member may serve the zone to its clients. */
  boolean mayServe(NodeId node);
}
