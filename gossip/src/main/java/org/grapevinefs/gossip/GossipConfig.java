// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * What a gossip service is started with.
 *
 * @param key who this node is
 * @param roster who belongs to the mesh; may lack this node itself
 * @param listen UDP address and port; port 0 takes any free one. On a loopback address nothing is
 *     broadcast
 * @param broadcast whether heartbeats also go to all of the local networks
 * @param seeds places to ask for nodes; names are looked up again and again
 * @param data the folder that remembers the boot epoch
 * @param settings waits and counts
 * @param nanoTime a steady clock in nanoseconds
 * @param wall the time of day, for people
 * @param random the source of every random choice
 */
public record GossipConfig(
    NodeKey key,
    Roster roster,
    InetSocketAddress listen,
    boolean broadcast,
    List<NodeAddress> seeds,
    Path data,
    GossipSettings settings,
    LongSupplier nanoTime,
    InstantSource wall,
    RandomGenerator random) {
  /** Takes its own copy of the seeds. */
  public GossipConfig {
    seeds = List.copyOf(seeds);
  }
}
