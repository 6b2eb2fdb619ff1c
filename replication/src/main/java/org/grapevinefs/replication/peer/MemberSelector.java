// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import java.util.List;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.gossip.ZoneId;

/** Where a zone is to be had: a port, filled from gossip. Any thread; must not block. */
@FunctionalInterface
public interface MemberSelector {

  /** The members of a zone, nearest first; those that seem down last or not at all. */
  List<NodeId> membersByDistance(ZoneId zone);
}
