// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.util.Map;

/**
 * What gossip has counted since it started.
 *
 * @param received datagrams that came in
 * @param accepted those that were believed
 * @param dropped the others, by reason; every reason has an entry
 * @param sent datagrams handed to the network, broadcasts apart
 * @param broadcast broadcasts
 * @param relayed those among {@code sent} that passed on another node's words
 * @param answered those among {@code sent} that answered a question
 * @param sendFailures datagrams that the network would not take
 * @param eventsLost events that a slow listener missed
 * @param patience the factor by which this node waits longer because it noticed its own delays; 1
 *     is normal
 */
public record GossipStats(
    long received,
    long accepted,
    Map<DropReason, Long> dropped,
    long sent,
    long broadcast,
    long relayed,
    long answered,
    long sendFailures,
    long eventsLost,
    int patience) {
  /** Takes its own copy of the reasons. */
  public GossipStats {
    dropped = Map.copyOf(dropped);
  }

  GossipStats withService(long failures, long lost) {
    return new GossipStats(
        received, accepted, dropped, sent, broadcast, relayed, answered, failures, lost, patience);
  }
}
