// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.volume;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A plain folder of any file system. Needs no root and knows no kernel quotas, no snapshots and no
 * reflinks: the replica counts a zone's bytes itself.
 */
public final class DirectoryVolume implements Volume {

  private final Path path;

  /** The volume in a folder, made if it is not there. */
  public DirectoryVolume(Path path) throws IOException {
    this.path = Files.createDirectories(path).toRealPath();
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public Abilities abilities() {
    return new Abilities(false, false, false);
  }

  @Override
  public ZoneTree open(String zone, @Nullable Long quota) throws IOException {
    Path folder = Files.createDirectories(Volume.folder(path, zone));
    return new ZoneTree(folder, VolumeLayout.index(path, zone), false, false);
  }

  @Override
  public void setQuota(String zone, @Nullable Long quota) {
    Volume.folder(path, zone);
  }

  @Override
  public OptionalLong kernelUsage(String zone) {
    return OptionalLong.empty();
  }

  @Override
  public String identity(String zone) throws IOException {
    try (Directory directory = ZoneTree.open(Volume.folder(path, zone))) {
      return "inode " + directory.stat().inode();
    }
  }

  @Override
  public void snapshot(String zone, SnapshotName name) {
    throw new UnsupportedOperationException(path + " is no Btrfs volume");
  }

  @Override
  public List<SnapshotName> snapshots(String zone) {
    return List.of();
  }

  @Override
  public void deleteSnapshot(String zone, SnapshotName name, boolean await) {
    throw new UnsupportedOperationException(path + " is no Btrfs volume");
  }

  @Override
  public void delete(String zone) throws IOException {
    VolumeLayout.removeTree(Volume.folder(path, zone));
    VolumeLayout.removeTree(Volume.folder(path.resolve(".grapevine"), zone));
  }

  @Override
  public Space space() throws IOException {
    return VolumeLayout.space(path);
  }
}
