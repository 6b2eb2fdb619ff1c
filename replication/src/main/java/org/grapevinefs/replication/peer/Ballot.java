// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.zone.HeldContents.Digest;
import org.grapevinefs.replication.zone.HeldContents.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Which members' bytes of one content are the right ones: those that its version's own hash names;
 * without one, those in which all agreed at an earlier comparison; else those that more than half
 * of the members hold that could be read. A member whose disk gives no bytes is bad in any case,
 * and has no vote.
 *
 * @param good the digest of the right bytes; null if that cannot be told, or nobody has them
 * @param holders who has the right bytes
 * @param bad who has others, or none
 * @param agreed whether all that could be read have the right bytes, and are two at least
 */
record Ballot(@Nullable Bytes good, List<NodeId> holders, List<NodeId> bad, boolean agreed) {

  Ballot {
    holders = List.copyOf(holders);
    bad = List.copyOf(bad);
  }

  /**
   * Counts what the members found; those that hold another content by now do not count.
   *
   * @param known the digest of the right bytes; null if only the members can tell
   */
  static Ballot of(@Nullable Bytes known, Map<NodeId, Digest> found) {
    Map<NodeId, Bytes> votes = new LinkedHashMap<>();
    List<NodeId> unreadable = new ArrayList<>();
    found.forEach((node, digest) -> {
      if (digest.outcome() == Outcome.READ) {
        votes.put(node, digest.sha256());
      } else if (digest.outcome() == Outcome.UNREADABLE) {
        unreadable.add(node);
      }
    });
    Bytes good =
        known != null ? (votes.containsValue(known) ? known : null) : majority(votes.values());
    List<NodeId> holders = new ArrayList<>();
    List<NodeId> bad = new ArrayList<>(unreadable);
    votes.forEach((node, digest) -> (Objects.equals(digest, good) ? holders : bad).add(node));
    boolean agreed = holders.size() >= 2 && holders.size() == votes.size();
    return new Ballot(good, holders, bad, agreed);
  }

  private static @Nullable Bytes majority(Collection<Bytes> votes) {
    Map<Bytes, Integer> counts = new HashMap<>();
    for (Bytes vote : votes) {
      if (counts.merge(vote, 1, Integer::sum) * 2 > votes.size()) {
        return vote;
      }
    }
    return null;
  }

  /** Whether nothing is wrong. */
  boolean isUnanimous() {
    return bad.isEmpty();
  }
}
