// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The nodes that trust one another, as {@code mesh.toml} lists them.
 *
 * @param id 32 hexadecimal digits: the mesh's own
 * @param nodes its nodes, at most 128, this one too
 */
public record MeshConfig(String id, List<MeshNode> nodes) {
  private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

  /**
   * A node of the mesh.
   *
   * @param name what zone files call it
   * @param key its public key, which it proves to hold
   * @param addresses where it may be found: UDP for gossip, TCP for replication; may be empty
   */
  public record MeshNode(NodeName name, NodeKey key, List<HostPort> addresses) {
    /** Copies the list; an {@link InvalidValueException} if an address has no port. */
    public MeshNode {
      addresses = List.copyOf(addresses);
      for (HostPort address : addresses) {
        if (address.port() == 0) {
          throw new InvalidValueException("the address " + address + " needs a port");
        }
      }
    }
  }

  /** Copies and checks; an {@link InvalidValueException} says what is wrong. */
  public MeshConfig {
    nodes = List.copyOf(nodes);
    if (!ID.matcher(id).matches()) {
      throw new InvalidValueException("a mesh id has 32 digits of 0-9 and a-f");
    }
    Set<NodeName> names = new HashSet<>();
    Set<NodeKey> keys = new HashSet<>();
    for (MeshNode node : nodes) {
      if (!names.add(node.name())) {
        throw new InvalidValueException("two nodes are named \"" + node.name() + "\"");
      }
      if (!keys.add(node.key())) {
        throw new InvalidValueException("two nodes have the key of \"" + node.name() + "\"");
      }
    }
  }

  /** The node of that name. */
  public Optional<MeshNode> node(NodeName name) {
    return nodes.stream().filter(node -> node.name().equals(name)).findFirst();
  }
}
