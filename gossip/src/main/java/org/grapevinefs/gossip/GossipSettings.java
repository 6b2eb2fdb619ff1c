// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.time.Duration;

/**
 * The knobs of gossip. Every node may have its own; the defaults suit meshes from 1 to hundreds of
 * nodes.
 *
 * @param heartbeat how often this node speaks without need; also the unit of traffic
 * @param tick how often it looks at its watch; running {@code 500 ms} late doubles its patience
 * @param coalesce how long a change waits for others to share its packet
 * @param quietAfter silence after which a peer is asked to speak; under {@code suspectAfter} by two
 *     heartbeats
 * @param suspectAfter silence after which others are asked; times patience, and times n/30 beyond
 *     30 nodes
 * @param unreachableAfter further silence after which nobody is believed to reach it; scaled
 *     likewise
 * @param fanout random peers per heartbeat
 * @param probers others asked about a suspect
 */
public record GossipSettings(
    Duration heartbeat,
    Duration tick,
    Duration coalesce,
    Duration quietAfter,
    Duration suspectAfter,
    Duration unreachableAfter,
    int fanout,
    int probers) {
  /** What nodes use unless told otherwise. */
  public static final GossipSettings DEFAULT =
      new GossipSettings(
          Duration.ofSeconds(1),
          Duration.ofMillis(500),
          Duration.ofMillis(5),
          Duration.ofSeconds(2),
          Duration.ofSeconds(5),
          Duration.ofSeconds(5),
          3,
          3);

  /** Checks that waits and counts are positive and in order. */
  public GossipSettings {
    if (!heartbeat.isPositive() || !tick.isPositive() || coalesce.isNegative()) {
      throw new IllegalArgumentException("waits must be positive");
    }
    if (quietAfter.compareTo(suspectAfter) >= 0 || !unreachableAfter.isPositive()) {
      throw new IllegalArgumentException("a peer must be asked before it is suspected");
    }
    if (fanout < 1 || fanout > 16 || probers < 0 || probers > 16) {
      throw new IllegalArgumentException("fanout is 1 to 16, probers 0 to 16");
    }
  }
}
