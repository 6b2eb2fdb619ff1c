// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.grapevinefs.gossip.NodeKey;

/** The files of one node under test, all below one folder, with ports that were free just now. */
final class NodeFolder {
  final String name;
  final Path config;
  final Path data;
  final Path volume;
  final int peer;
  final int nfs;
  final int admin;

  NodeFolder(Path parent, String name) throws IOException {
    this.name = name;
    this.config = parent.resolve(name).resolve("config");
    this.data = parent.resolve(name).resolve("data");
    this.volume = parent.resolve(name).resolve("volume");
    Files.createDirectories(config.resolve("zones.d"));
    Files.createDirectories(volume);
    int[] ports = FreePorts.of(3);
    this.peer = ports[0];
    this.nfs = ports[1];
    this.admin = ports[2];
    writeNode("");
  }

  /** Writes node.toml, with more lines at its end. */
  void writeNode(String more) throws IOException {
    Files.writeString(
        config.resolve("node.toml"),
        """
        name = "%s"
        [gossip]
        listen = "127.0.0.1:%d"
        [peer]
        listen = "127.0.0.1:%d"
        [nfs]
        listen = "127.0.0.1:%d"
        [admin]
        listen = "127.0.0.1:%d"
        [[volume]]
        name = "main"
        path = "%s"
        type = "directory"
        """
                .formatted(name, peer, peer, nfs, admin, volume)
            + more);
  }

  void zone(String zone, String text) throws IOException {
    Path file = config.resolve("zones.d").resolve(zone + ".toml");
    Path fresh = config.resolve("zones.d").resolve("." + zone + ".new");
    Files.writeString(fresh, text);
    Files.move(fresh, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
  }

  /** Its public key as mesh.toml writes it, made if there is none yet. */
  String key() throws IOException {
    Files.createDirectories(data);
    NodeKey key = NodeKey.loadOrCreate(data, new java.security.SecureRandom());
    return org.grapevinefs.zonesconfig.NodeKey.of(key.publicKey().toBytes()).toString();
  }

  /** Writes a mesh.toml that lists nodes, each with a key. */
  void mesh(List<NodeFolder> nodes, List<String> keys) throws IOException {
    StringBuilder text = new StringBuilder("id = \"00112233445566778899aabbccddeeff\"\n");
    for (int i = 0; i < nodes.size(); i++) {
      text.append(
          "[[node]]\nname = \"%s\"\nkey = \"%s\"\naddresses = [\"127.0.0.1:%d\"]\n"
              .formatted(nodes.get(i).name, keys.get(i), nodes.get(i).peer));
    }
    Files.writeString(config.resolve("mesh.toml"), text.toString());
  }

  Node start() throws StartFailure {
    return Node.start(NodeOptions.of(config, data).withPrefix(name + " "));
  }
}
