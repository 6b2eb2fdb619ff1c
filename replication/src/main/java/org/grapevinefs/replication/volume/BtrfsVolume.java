// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.volume;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
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
  public void delete(String zone) throws IOException {
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
