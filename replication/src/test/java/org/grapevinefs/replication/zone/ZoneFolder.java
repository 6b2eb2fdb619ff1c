// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.grapevinefs.replication.core.AccessControlList;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.fs.FileAcls;
import org.grapevinefs.replication.volume.Directory;
import org.grapevinefs.replication.volume.DirectoryVolume;
import org.grapevinefs.replication.volume.DiskEntry;
import org.grapevinefs.replication.volume.Volume;
import org.grapevinefs.replication.volume.ZoneTree;

/** A zone's place for a test, that can be opened again and again. */
final class ZoneFolder {

  private static final String ZONE = "tier-1";

  private final Volume volume;
  private final ZoneHome home;

  ZoneFolder(Volume volume, String node) {
    this(volume, node, InstantSource.system());
  }

  ZoneFolder(Volume volume, String node, InstantSource time) {
    this.volume = volume;
    this.home =
        new ZoneHome(
            ZONE,
            node,
            volume,
            volume.path().resolve("tokens"),
            time,
            System::nanoTime,
            new SplittableRandom(System.nanoTime()));
  }

  LocalZone open(ZoneSettings settings) throws IOException {
    return home.open(settings);
  }

  /** Where people find the files. */
  Path files() {
    return volume.path().resolve(ZONE);
  }

  /** The access control lists that the disk has of a directory of the root and of what is in it. */
  Map<String, FileAcls> lists(String directory) throws IOException {
    Map<String, FileAcls> found = new TreeMap<>();
    EntryName name = EntryName.of(directory);
    try (ZoneTree tree = new DirectoryVolume(volume.path()).open(ZONE, null);
        Directory in = tree.root().directory(name)) {
      found.put(directory, lists(tree.root(), name));
      for (DiskEntry entry : in.list()) {
        EntryName below = EntryName.of(entry.name());
        found.put(below.toString(), lists(in, below));
      }
    }
    return found;
  }

  private static FileAcls lists(Directory on, EntryName name) throws IOException {
    int mode = on.stat(name).orElseThrow().mode();
    SortedMap<String, Bytes> xattrs = on.xattrs(name);
    AccessControlList access = AccessControlList.access(xattrs, mode);
    return new FileAcls(
        access == null ? AccessControlList.of(mode) : access, AccessControlList.defaults(xattrs));
  }

  /** Gives a directory of the root lists behind the zone's back. */
  void give(String directory, AccessControlList access, AccessControlList defaults)
      throws IOException {
    SortedMap<String, Bytes> xattrs = new TreeMap<>();
    access.putAccess(xattrs);
    xattrs.put(AccessControlList.DEFAULT, defaults.encode());
    try (ZoneTree tree = new DirectoryVolume(volume.path()).open(ZONE, null)) {
      tree.root().setXattrs(EntryName.of(directory), FileType.DIRECTORY, xattrs, access.mode());
    }
  }
}
