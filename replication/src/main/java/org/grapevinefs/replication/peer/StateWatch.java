// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.grapevinefs.gossip.NodeId;

/**
 * Watches for members that know what this one knows and hold another state. Pure.
 *
 * <p>What a member told is of a moment ago: only a difference that stays the same for some seconds
 * counts, and one member is suspected seldom, since comparing everything is work for both.
 */
final class StateWatch {

  /** How often to look. */
  static final long LOOK_NANOS = 5_000_000_000L;

  /** For how long a difference must stay the same. */
  static final long SURE_NANOS = 10_000_000_000L;

  /** How long a member is left alone after it was suspected. */
  static final long AGAIN_NANOS = 600_000_000_000L;

  /** What somebody knows and holds, as digests. */
  record Told(long knowledge, long state) {}

  private record Doubt(Told theirs, Told mine, long since) {}

  private final Map<NodeId, Told> told = new HashMap<>();
  private final Map<NodeId, Doubt> doubts = new HashMap<>();
  private final Map<NodeId, Long> suspected = new HashMap<>();

  /** A member told what it knows and holds. */
  void heard(NodeId member, Told theirs) {
    told.put(member, theirs);
  }

  /** A node is no member any more. */
  void forget(NodeId member) {
    told.remove(member);
    doubts.remove(member);
    suspected.remove(member);
  }

  /** The members to compare with now; each is named once in {@link #AGAIN_NANOS}. */
  List<NodeId> due(Told mine, long now) {
    List<NodeId> due = new ArrayList<>();
    told.forEach((member, theirs) -> {
      if (theirs.knowledge != mine.knowledge || theirs.state == mine.state) {
        doubts.remove(member);
        return;
      }
      Doubt doubt = doubts.get(member);
      if (doubt == null || !doubt.theirs.equals(theirs) || !doubt.mine.equals(mine)) {
        doubts.put(member, new Doubt(theirs, mine, now));
        return;
      }
      Long last = suspected.get(member);
      boolean again = last == null || now - last >= AGAIN_NANOS;
      if (again && now - doubt.since >= SURE_NANOS) {
        suspected.put(member, now);
        due.add(member);
      }
    });
    return due;
  }
}
