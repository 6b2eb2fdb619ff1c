// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.volume;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Btrfs file system: one subvolume a zone, with a limit that the kernel enforces and files that
 * share blocks. Needs root and the {@code btrfs} command.
 *
 * <p>The kernel's limit is a little above the zone's quota (quota / 0.9): the gateway stops writers
 * first, so that what one member took in the others can store though it compresses worse there.
 */
public final class BtrfsVolume implements Volume {

  private static final Logger LOG = LoggerFactory.getLogger(BtrfsVolume.class);
  private static final double HEADROOM = 0.9;
  private static final int ROOM_BACK_SECONDS = 60;

  /** What the root of every subvolume has, and nothing else. */
  private static final Long SUBVOLUME_INODE = 256L;

  private final Path path;
  private final boolean quotas;

  /** The volume at the root of, or in a folder of, a mounted Btrfs. */
  public BtrfsVolume(Path path) throws IOException {
    this.path = path.toRealPath();
    this.quotas = enableQuotas(this.path);
  }

  /** Whether a path is on Btrfs and this process can use it as such. */
  static boolean usable(Path path) throws IOException {
    return Files.isDirectory(path)
        && Files.getFileStore(path).type().equals("btrfs")
        && Posix.isRoot()
        && BtrfsTool.present();
  }

  private static boolean enableQuotas(Path path) {
    if (quotasOn(path)) {
      return true;
    }
    for (String[] attempt : new String[][] {{"quota", "enable", "--simple"}, {"quota", "enable"}}) {
      try {
        String[] command = java.util.Arrays.copyOf(attempt, attempt.length + 1);
        command[attempt.length] = path.toString();
        BtrfsTool.run(command);
        return true;
      } catch (IOException e) {
        LOG.debug(
            "{} does not take {}: {}",
            path,
            String.join(" ", attempt),
            String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
      }
    }
    LOG.warn("{} has no quotas: only the replica's own count holds a zone to its size", path);
    return false;
  }

  private static boolean quotasOn(Path path) {
    try {
      BtrfsTool.run("qgroup", "show", path.toString());
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public Abilities abilities() {
    return new Abilities(quotas, true, true);
  }

  @Override
  public ZoneTree open(String zone, @Nullable Long quota) throws IOException {
    Path folder = Volume.folder(path, zone);
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      BtrfsTool.run("subvolume", "create", folder.toString());
    }
    ZoneTree tree = new ZoneTree(folder, VolumeLayout.index(path, zone), true, true);
    setQuota(zone, quota);
    return tree;
  }

  @Override
  public void setQuota(String zone, @Nullable Long quota) throws IOException {
    if (!quotas) {
      return;
    }
    String limit = quota == null ? "none" : Long.toString((long) (quota / HEADROOM));
    BtrfsTool.run("qgroup", "limit", limit, Volume.folder(path, zone).toString());
  }

  @Override
  public OptionalLong kernelUsage(String zone) throws IOException {
    if (!quotas) {
      return OptionalLong.empty();
    }
    Path folder = Volume.folder(path, zone);
    String id =
        BtrfsTool.field(BtrfsTool.run("subvolume", "show", folder.toString()), "Subvolume ID:");
    String shown = BtrfsTool.run("qgroup", "show", "--raw", "-f", folder.toString());
    return shown
        .lines()
        .map(line -> line.strip().split("\\s+"))
        .filter(words -> words.length >= 3 && words[0].equals("0/" + id))
        .mapToLong(words -> Long.parseLong(words[1]))
        .findFirst();
  }

  @Override
  public String identity(String zone) throws IOException {
    String shown = BtrfsTool.run("subvolume", "show", Volume.folder(path, zone).toString());
    return "subvolume " + BtrfsTool.field(shown, "UUID:");
  }

  @Override
  public void snapshot(String zone, SnapshotName name) throws IOException {
    Path snapshot = VolumeLayout.snapshots(path, zone).resolve(name.toString());
    // Into a folder that is there the tool would put it under the zone's own name.
    if (Files.exists(snapshot, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(snapshot.toString());
    }
    Path folder = Volume.folder(path, zone);
    // In the kernel this is one step: after a crash it is there whole, or not at all.
    BtrfsTool.run("subvolume", "snapshot", "-r", folder.toString(), snapshot.toString());
  }

  @Override
  public List<SnapshotName> snapshots(String zone) throws IOException {
    Path folder = Volume.folder(path.resolve(VolumeLayout.SNAPSHOTS), zone);
    List<SnapshotName> found = new ArrayList<>();
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return found;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        Optional<SnapshotName> name = SnapshotName.parse(String.valueOf(entry.getFileName()));
        if (name.isPresent() && isSubvolume(entry) && found.size() < SnapshotName.MOST_LISTED) {
          found.add(name.get());
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    Collections.sort(found);
    return found;
  }

  private static boolean isSubvolume(Path entry) throws IOException {
    return Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)
        && Files.getAttribute(entry, "unix:ino", LinkOption.NOFOLLOW_LINKS).equals(SUBVOLUME_INODE);
  }

  @Override
  public void deleteSnapshot(String zone, SnapshotName name, boolean await) throws IOException {
    String snapshot = snapshotPath(zone, name).toString();
    String id = BtrfsTool.field(BtrfsTool.run("subvolume", "show", snapshot), "Subvolume ID:");
    BtrfsTool.run("subvolume", "delete", "--commit-after", snapshot);
    if (await) {
      BtrfsTool.await(ROOM_BACK_SECONDS, "subvolume", "sync", "-s", "1", path.toString(), id);
    }
  }

  @Override
  public void delete(String zone) throws IOException {
    for (SnapshotName name : snapshots(zone)) {
      deleteSnapshot(zone, name, false);
    }
    Path folder = Volume.folder(path, zone);
    if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      BtrfsTool.run("subvolume", "delete", folder.toString());
    }
    VolumeLayout.removeTree(Volume.folder(path.resolve(".grapevine"), zone));
  }

  @Override
  public Space space() throws IOException {
    return VolumeLayout.space(path);
  }
}
