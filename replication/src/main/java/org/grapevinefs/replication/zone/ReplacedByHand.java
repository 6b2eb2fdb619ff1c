// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Entry;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Shown;
import org.grapevinefs.replication.volume.Directory;
import org.grapevinefs.replication.volume.FileStat;
import org.jspecify.annotations.Nullable;

/**
 * What stands on disk under a name of the index and is something else: a directory where a file
 * was, a symbolic link to elsewhere. Somebody put it there behind our back, and once he says so the
 * name is its own. A file or directory that had the name gets another, since a scan deletes
 * nothing; a link or node, or one of a file's several names, has nothing to lose and goes. All
 * under the zone's lock.
 */
final class ReplacedByHand {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH-mm-ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final ZoneState zone;

  ReplacedByHand(ZoneState zone) {
    this.zone = zone;
  }

  /** Whether what is on disk cannot be what the index has, however its bytes were edited. */
  boolean isOther(Entry entry, FileStat stat, Directory on) throws IOException {
    return switch (entry.type()) {
      case DIRECTORY -> stat.type() != FileType.DIRECTORY;
      case REGULAR -> stat.type() != FileType.REGULAR || isCutOff(entry, stat);
      case SYMLINK ->
          stat.type() != FileType.SYMLINK
              || (shown(entry) instanceof Content.Symlink link
                  && !link.target().equals(Bytes.of(on.readLink(entry.name()))));
      case BLOCK_DEVICE, CHARACTER_DEVICE ->
          !isStandIn(stat)
              && (stat.type() != entry.type()
                  || (shown(entry) instanceof Content.Device device
                      && (device.major() != stat.major() || device.minor() != stat.minor())));
      case FIFO, SOCKET -> !isStandIn(stat) && stat.type() != entry.type();
    };
  }

  /** Whether one of several names of a file has become that of a file of its own. */
  private boolean isCutOff(Entry entry, FileStat stat) throws IOException {
    Shown shown = zone.find(entry.shown());
    boolean same =
        shown == null || (stat.size() == shown.size() && stat.modified().equals(shown.modified()));
    if (same) {
      return false;
    }
    for (Entry other : zone.replica.placed(entry.shown())) {
      if (!other.equals(entry) && zone.directories.isThere(other.directory())) {
        try (Directory on = zone.directories.get(other.directory())) {
          Optional<FileStat> there = on.stat(other.name());
          if (there.isPresent() && there.get().inode() != stat.inode()) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private @Nullable Content shown(Entry entry) {
    Shown shown = zone.find(entry.shown());
    return shown == null ? null : shown.content();
  }

  /** The empty file that stands for a node where this process may make none. */
  private static boolean isStandIn(FileStat stat) {
    return stat.type() == FileType.REGULAR && stat.size() == 0;
  }

  /**
   * Takes the name from what has it in the index; the disk stays as it is.
   *
   * @return the entry under which that is to be found from now on, and is not yet on disk; null if
   *     it is gone
   */
  @Nullable Entry makeWay(Entry entry) {
    FileId directory = entry.directory();
    boolean kept = entry.type() == FileType.REGULAR || entry.type() == FileType.DIRECTORY;
    if (!kept || zone.replica.placed(entry.shown()).size() > 1) {
      zone.done(zone.replica.unlink(directory, entry.name(), 0));
      zone.changed(entry.shown());
      return null;
    }
    String path = zone.path(entry);
    EntryName free = freeName(entry, "replaced");
    zone.done(zone.replica.rename(directory, entry.name(), directory, free, 0));
    zone.changed(entry.shown());
    zone.warn(
        "in its folder %s was replaced by something else: what it was is kept beside it as %s"
            .formatted(path, free));
    return zone.replica.lookup(directory, free);
  }

  /**
   * Puts what is on disk under a name that says so, where a scan takes it in: the index was not
   * told by anybody that the name is another's, and may be newer than the disk after a loss of
   * power.
   */
  void putAside(Entry entry, Directory on) throws IOException {
    EntryName free = freeName(entry, "found");
    on.moveHereIfFree(on, entry.name(), free);
    zone.warn(
        "in its folder something else was in the place of %s: it is beside it as %s now"
            .formatted(zone.path(entry), free));
  }

  private EntryName freeName(Entry entry, String how) {
    boolean directory = entry.type() == FileType.DIRECTORY;
    String note = " (" + how + " " + TIME.format(zone.time.instant()) + ")";
    EntryName name = entry.name().withNote(note, directory);
    for (int i = 2; zone.replica.lookup(entry.directory(), name) != null; i++) {
      name = entry.name().withNote(note + " ~" + i, directory);
    }
    return name;
  }
}
