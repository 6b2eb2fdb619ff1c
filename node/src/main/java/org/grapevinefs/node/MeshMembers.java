// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.grapevinefs.gossip.MeshId;
import org.grapevinefs.gossip.NodeAddress;
import org.grapevinefs.gossip.NodeKey;
import org.grapevinefs.gossip.NodePublicKey;
import org.grapevinefs.gossip.Roster;
import org.grapevinefs.zonesconfig.HostPort;
import org.grapevinefs.zonesconfig.MeshConfig;
import org.grapevinefs.zonesconfig.NodeName;

/** The roster that a node goes by, from {@code mesh.toml}, or of itself alone. */
final class MeshMembers {
  private MeshMembers() {}

  /** The roster of a mesh file; refused if it lists this node with another key, or not at all. */
  static Roster roster(Optional<MeshConfig> mesh, NodeName self, NodeKey key) throws StartFailure {
    if (mesh.isEmpty()) {
      return new Roster(
          ownMesh(key), List.of(new Roster.Entry(self.value(), key.publicKey(), List.of())));
    }
    MeshConfig config = mesh.get();
    String mine = org.grapevinefs.zonesconfig.NodeKey.of(key.publicKey().toBytes()).toString();
    MeshConfig.MeshNode entry =
        config
            .node(self)
            .orElseThrow(() ->
                new StartFailure(
                    "mesh.toml does not list this node, \""
                        + self
                        + "\": add it there, with key = \""
                        + mine
                        + "\""));
    if (!Arrays.equals(entry.key().toBytes(), key.publicKey().toBytes())) {
      throw new StartFailure(
          "mesh.toml lists \""
              + self
              + "\" with another key than the one in this data folder: the folder is another"
              + " node's, or the file is old; this node's key is \""
              + mine
              + "\"");
    }
    try {
      return new Roster(
          MeshId.parse(config.id()), config.nodes().stream().map(MeshMembers::member).toList());
    } catch (IllegalArgumentException e) {
      throw new StartFailure("mesh.toml: " + e.getMessage());
    }
  }

  private static Roster.Entry member(MeshConfig.MeshNode node) {
    return new Roster.Entry(
        node.name().value(),
        NodePublicKey.ofBytes(node.key().toBytes()),
        node.addresses().stream().map(MeshMembers::address).toList());
  }

  static NodeAddress address(HostPort address) {
    return new NodeAddress(address.host(), address.port());
  }

  /** A lone node's own mesh: the same at every start, since it follows from its key. */
  private static MeshId ownMesh(NodeKey key) {
    return MeshId.ofBytes(Arrays.copyOf(digest("mesh:", key.publicKey().toBytes()), MeshId.BYTES));
  }

  /** What makes file handles: the same on all nodes of the mesh. */
  static byte[] handleKey(MeshId mesh) {
    return digest("handles:", mesh.toBytes());
  }

  private static byte[] digest(String use, byte[] bytes) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(use.getBytes(StandardCharsets.US_ASCII));
      return sha.digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
