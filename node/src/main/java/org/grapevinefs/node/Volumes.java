// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.grapevinefs.replication.volume.BtrfsVolume;
import org.grapevinefs.replication.volume.DirectoryVolume;
import org.grapevinefs.replication.volume.Volume;
import org.grapevinefs.zonesconfig.NodeConfig;
import org.grapevinefs.zonesconfig.VolumeConfig;
import org.grapevinefs.zonesconfig.ZoneConfig;

/** The places on this node where zones are kept, each opened when the first zone needs it. */
final class Volumes {
  private final NodeConfig node;
  private final Map<String, Volume> open = new HashMap<>();

  Volumes(NodeConfig node) {
    this.node = node;
  }

  /** The volume that a zone belongs on. */
  synchronized Volume of(ZoneConfig zone) throws StartFailure {
    VolumeConfig config =
        node.volumeOf(zone)
            .orElseThrow(() ->
                new StartFailure(
                    "this node is a member of zone "
                        + zone.name()
                        + " but has no volume for it: add a [[volume]] to node.toml"));
    Volume there = open.get(config.name());
    if (there == null) {
      there = open(config);
      open.put(config.name(), there);
    }
    return there;
  }

  /** Never makes the folder: an unmounted disk must not look like an empty volume. */
  private static Volume open(VolumeConfig config) throws StartFailure {
    Path path = config.path();
    String volume = "volume \"" + config.name() + "\": ";
    if (!Files.isDirectory(path)) {
      throw new StartFailure(
          volume
              + path
              + " is not there: mount its disk, or make the folder (mkdir -p "
              + path
              + ")");
    }
    try {
      return switch (config.type()) {
        case AUTO -> Volume.at(path);
        case DIRECTORY -> new DirectoryVolume(path);
        case BTRFS -> btrfs(path, volume);
      };
    } catch (IOException e) {
      throw new StartFailure(volume + "cannot be used: " + Plainly.of(e));
    }
  }

  private static Volume btrfs(Path path, String volume) throws IOException, StartFailure {
    if (Volume.at(path) instanceof BtrfsVolume btrfs) {
      return btrfs;
    }
    throw new StartFailure(
        volume
            + path
            + " cannot be used as Btrfs: it must lie on a Btrfs file system, the node must run as"
            + " root, and the btrfs tool must be there; or say type = \"directory\"");
  }
}
