// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.volume;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A place for zones: a file system, or a folder of one. A zone's files are at {@code
 * <volume>/<zone>/}, what belongs to its replica at {@code <volume>/.grapevine/<zone>/}.
 */
public sealed interface Volume permits DirectoryVolume, BtrfsVolume {

  /**
   * What a volume can do.
   *
   * @param kernelQuotas whether the kernel itself holds a zone to its size
   * @param reflinks whether files can share blocks
   * @param snapshots whether a zone's past can be kept
   */
  record Abilities(boolean kernelQuotas, boolean reflinks, boolean snapshots) {}

  /** Where it is. */
  Path path();

  /** What it can do. */
  Abilities abilities();

  /**
   * Opens a zone's folder, making it if it is not there.
   *
   * @param zone its name: letters, digits, {@code - _ .}, not starting with a dot, at most 64
   * @param quota its size in bytes, or null for none
   */
  ZoneTree open(String zone, @Nullable Long quota) throws IOException;

  /** Changes the size that the kernel holds a zone to; nothing where it cannot. */
  void setQuota(String zone, @Nullable Long quota) throws IOException;

  /** Bytes that the kernel counts for a zone, where it does. */
  OptionalLong kernelUsage(String zone) throws IOException;

  /**
   * What identifies this very copy of a zone on disk (a subvolume's UUID), to notice one that was
   * cloned or restored.
   */
  String identity(String zone) throws IOException;

  /**
   * Keeps a zone as it is at this moment, read-only, at {@code <volume>/.snapshots/<zone>/<name>}.
   *
   * @throws java.nio.file.FileAlreadyExistsException if anything has that name
   * @throws UnsupportedOperationException where {@link #abilities()} has no snapshots
   */
  void snapshot(String zone, SnapshotName name) throws IOException;

  /**
   * A zone's snapshots, oldest first, at most {@link SnapshotName#MOST_LISTED}; what else lies
   * beside them is left out.
   */
  List<SnapshotName> snapshots(String zone) throws IOException;

  /**
   * Takes a snapshot away. Its room comes back in the background; with {@code await} this waits for
   * that, for a minute at most.
   */
  void deleteSnapshot(String zone, SnapshotName name, boolean await) throws IOException;

  /** Where a snapshot of a zone lies, or would. */
  default Path snapshotPath(String zone, SnapshotName name) {
    return folder(path().resolve(VolumeLayout.SNAPSHOTS), zone).resolve(name.toString());
  }

  /** Removes a zone's files, its snapshots and its index for ever. */
  void delete(String zone) throws IOException;

  /** Bytes of the file system, and bytes free on it. */
  Space space() throws IOException;

  /**
   * Room on a file system.
   *
   * @param total bytes
   * @param free bytes that a user may still write
   */
  record Space(long total, long free) {}

  /** The zone's folder under a volume's path; refuses a name that could lead out of it. */
  static Path folder(Path volume, String zone) {
    boolean plain = zone.matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}");
    if (!plain) {
      throw new IllegalArgumentException("not a zone's name: " + zone);
    }
    return volume.resolve(zone);
  }

  /**
   * Opens what lies at a path: Btrfs if it is one and this process is root and has the tool, else a
   * plain directory.
   */
  static Volume at(Path path) throws IOException {
    return BtrfsVolume.usable(path) ? new BtrfsVolume(path) : new DirectoryVolume(path);
  }
}
