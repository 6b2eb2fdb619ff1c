// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.util.List;

/** Which nodes that are no members may serve a zone. */
public sealed interface ServingNodes {

  /** Any node of the mesh: {@code ["*"]}. */
  record Any() implements ServingNodes {}

  /**
   * These only; an empty list leaves it to the members.
   *
   * @param nodes their names
   */
  record Only(List<NodeName> nodes) implements ServingNodes {
    /** Copies the list. */
    public Only {
      nodes = List.copyOf(nodes);
    }
  }

  /** Whether a node that is no member may serve the zone. */
  default boolean allows(NodeName node) {
    return switch (this) {
      case Any any -> true;
      case Only only -> only.nodes().contains(node);
    };
  }
}
