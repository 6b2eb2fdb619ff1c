// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is known of the world beyond the files, for {@link Warnings}. What is not known is left out
 * and gives no warning.
 *
 * @param volumes the volumes of nodes, each node's first one first
 * @param heardOf every node ever heard of
 * @param clockOffsets how far each node's clock is ahead of this one's
 */
public record Facts(
    Map<NodeName, List<Volume>> volumes,
    Set<NodeName> heardOf,
    Map<NodeName, Duration> clockOffsets) {

  /** Nothing known. */
  public static final Facts NONE = new Facts(Map.of(), Set.of(), Map.of());

  /**
   * A volume as it was found.
   *
   * @param name its name in {@code node.toml}
   * @param capacity what all zones on it may take
   * @param btrfs whether it is used as Btrfs
   */
  public record Volume(String name, ByteSize capacity, boolean btrfs) {}

  /** Copies all collections. */
  public Facts {
    Map<NodeName, List<Volume>> copy = new HashMap<>();
    volumes.forEach((node, list) -> copy.put(node, List.copyOf(list)));
    volumes = Map.copyOf(copy);
    heardOf = Set.copyOf(heardOf);
    clockOffsets = Map.copyOf(clockOffsets);
  }
}
