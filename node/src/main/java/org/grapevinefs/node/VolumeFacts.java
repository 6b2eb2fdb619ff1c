// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.grapevinefs.zonesconfig.ByteSize;
import org.grapevinefs.zonesconfig.Facts;
import org.grapevinefs.zonesconfig.NodeConfig;
import org.grapevinefs.zonesconfig.VolumeConfig;
import org.grapevinefs.zonesconfig.VolumeType;

/** What can be seen of this machine's volumes, for warnings. */
public final class VolumeFacts {
  private VolumeFacts() {}

  /** The volumes of a node as they are found on this machine; those not there are left out. */
  public static List<Facts.Volume> of(NodeConfig node) {
    List<Facts.Volume> volumes = new ArrayList<>();
    for (VolumeConfig volume : node.volumes()) {
      try {
        FileStore store = Files.getFileStore(volume.path());
        ByteSize found = new ByteSize(Math.max(0, store.getTotalSpace()));
        boolean btrfs = store.type().equals("btrfs") && volume.type() != VolumeType.DIRECTORY;
        volumes.add(new Facts.Volume(volume.name(), volume.capacity().orElse(found), btrfs));
      } catch (IOException e) {
        // A folder that is not there is a problem of its own, told elsewhere.
      }
    }
    return volumes;
  }

  /** What to say of volumes of which no more than a share is free, from 0 to 1. */
  static List<String> low(NodeConfig node, double share) {
    List<String> low = new ArrayList<>();
    for (VolumeConfig volume : node.volumes()) {
      try {
        FileStore store = Files.getFileStore(volume.path());
        long free = Math.max(0, store.getUsableSpace());
        if (free <= store.getTotalSpace() * share) {
          low.add(
              "the volume \""
                  + volume.name()
                  + "\" is nearly full: "
                  + (free >> 20)
                  + " MB of "
                  + (store.getTotalSpace() >> 20)
                  + " MB are free");
        }
      } catch (IOException e) {
        // A folder that is not there is a problem of its own, told elsewhere.
      }
    }
    return low;
  }
}
