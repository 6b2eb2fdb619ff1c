// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.grapevinefs.replication.core.AccessControlList;
import org.grapevinefs.replication.core.AttrsChange;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.Entry;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Shown;
import org.grapevinefs.replication.core.Timestamp;
import org.grapevinefs.replication.volume.Directory;
import org.grapevinefs.replication.volume.FileStat;
import org.grapevinefs.replication.zone.ZoneReplica.Authority;
import org.jspecify.annotations.Nullable;

/**
 * Owners, modes, users' extended attributes and access control lists on disk that are not those of
 * the index. Somebody may have set them by hand, a crash may have come between index and disk, or
 * the disk cannot say what the index does. The last is told by trying: what the disk does not take
 * from the index either was set by nobody.
 */
final class AttributesOnDisk {

  private final ZoneState zone;
  private final @Nullable Timestamp handsSince;

  /**
   * For a zone.
   *
   * @param handsSince what was set on disk before was not surely set by hand; null if all was
   */
  AttributesOnDisk(ZoneState zone, @Nullable Timestamp handsSince) {
    this.zone = zone;
    this.handsSince = handsSince;
  }

  /** What a disk says of a file, as far as it goes; of the rest what the index has. */
  private record Said(int mode, int uid, int gid, SortedMap<String, Bytes> xattrs) {
    AttrsChange change() {
      return new AttrsChange(mode, uid, gid, null, null, xattrs);
    }
  }

  /** Has disk and index agree on what has a name; whether the index took what the disk had. */
  boolean agree(Entry entry, Authority authority) throws IOException {
    zone.lock.lock();
    try (Directory on = zone.directories.get(entry.directory())) {
      Shown shown = zone.find(entry.shown());
      Entry now = zone.replica.lookup(entry.directory(), entry.name());
      boolean isCurrent =
          now != null
              && now.shown().equals(entry.shown())
              && !zone.replica.isUnsettled(now.source());
      return shown != null && isCurrent && agree(shown, new Place(on, entry.name()), authority);
    } finally {
      zone.lock.unlock();
    }
  }

  /** The same for the zone's folder. */
  boolean agreeOnFolder(Authority authority) throws IOException {
    zone.lock.lock();
    try {
      Shown shown = zone.find(FileId.ROOT);
      return shown != null && agree(shown, new Place(zone.tree.root(), null), authority);
    } finally {
      zone.lock.unlock();
    }
  }

  private boolean agree(Shown shown, Place place, Authority authority) throws IOException {
    Optional<FileStat> stat = place.stat();
    if (stat.isEmpty() || stat.get().type() != shown.type()) {
      return false;
    }
    Said index = new Said(shown.mode(), shown.uid(), shown.gid(), shown.xattrs());
    Said found = place.said(shown, stat.get());
    if (found.equals(index)) {
      return false;
    }
    place.give(shown);
    Optional<FileStat> given = place.stat();
    boolean byHand =
        authority == Authority.DISK
            && (handsSince == null || stat.get().changed().compareTo(handsSince) >= 0)
            && given.isPresent()
            && place.said(shown, given.get()).equals(index);
    if (!byHand) {
      return false;
    }
    zone.done(zone.replica.setAttrs(shown.id(), found.change(), 0));
    zone.changed(shown.id());
    Shown now = zone.find(shown.id());
    if (now != null) {
      place.give(now);
    }
    return true;
  }

  /**
   * A place on disk.
   *
   * @param name null: the directory itself
   */
  private record Place(Directory on, @Nullable EntryName name) {

    Optional<FileStat> stat() throws IOException {
      return name == null ? Optional.of(on.stat()) : on.stat(name);
    }

    Said said(Shown shown, FileStat stat) {
      boolean link = shown.type() == FileType.SYMLINK;
      return new Said(
          link ? shown.mode() : on.modeFrom(shown.type(), stat.mode(), shown.mode()),
          on.keepsOwners() ? stat.uid() : shown.uid(),
          on.keepsOwners() ? stat.gid() : shown.gid(),
          link ? shown.xattrs() : withHidden(shown.xattrs()));
    }

    /** Those on disk, and those of the index that no disk has. */
    private SortedMap<String, Bytes> withHidden(SortedMap<String, Bytes> index) {
      SortedMap<String, Bytes> all = new TreeMap<>(name == null ? on.xattrs() : on.xattrs(name));
      index.forEach((key, value) -> {
        boolean list =
            key.equals(AccessControlList.ACCESS) || key.equals(AccessControlList.DEFAULT);
        if (key.indexOf('\0') >= 0 && !list) {
          all.put(key, value);
        }
      });
      return all;
    }

    void give(Shown shown) throws IOException {
      if (name == null) {
        on.setXattrs(shown.xattrs(), shown.mode());
        on.describe(shown.mode(), shown.uid(), shown.gid());
      } else {
        on.setXattrs(name, shown.type(), shown.xattrs(), shown.mode());
        on.describe(name, shown.type(), shown.mode(), shown.uid(), shown.gid());
      }
    }
  }
}
