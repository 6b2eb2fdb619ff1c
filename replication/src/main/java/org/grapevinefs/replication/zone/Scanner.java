// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.grapevinefs.replication.core.AttrsChange;
import org.grapevinefs.replication.core.ByteRange;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.Change;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Entry;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.NewContent;
import org.grapevinefs.replication.core.Shown;
import org.grapevinefs.replication.volume.Directory;
import org.grapevinefs.replication.volume.DiskEntry;
import org.grapevinefs.replication.volume.FileStat;
import org.grapevinefs.replication.volume.OpenFile;
import org.grapevinefs.replication.volume.ZoneTree;
import org.jspecify.annotations.Nullable;

/**
 * The comparison of folder and index. What was put into the folder behind our back becomes an
 * ordinary creation or edit; what is missing is marked as not held and fetched back: a file that is
 * not there was never deleted.
 */
final class Scanner {

  private static final int PAGE = 1_000;

  private final ZoneState zone;
  private final Versions versions;
  private volatile boolean stopped;
  private long files;
  private long added;
  private long edited;
  private long missing;

  Scanner(ZoneState zone, Versions versions) {
    this.zone = zone;
    this.versions = versions;
  }

  /** Scans the whole zone; one scan at a time. */
  synchronized ZoneReplica.ScanReport scan() throws IOException {
    files = 0;
    added = 0;
    edited = 0;
    missing = 0;
    versions.makeAll();
    ArrayDeque<FileId> left = new ArrayDeque<>();
    left.add(FileId.ROOT);
    Map<Long, FileId> linked = new HashMap<>();
    while (!left.isEmpty()) {
      requireOpen();
      scan(left.poll(), left, linked);
    }
    zone.wakeSettler();
    zone.versionChanged();
    return new ZoneReplica.ScanReport(files, added, edited, missing);
  }

  /** Ends a scan under way, and lets no other begin. */
  void stop() {
    stopped = true;
    awaitEnd();
  }

  /** Waits for the lock that a scan holds. */
  private synchronized void awaitEnd() {}

  /** Whether a name of the first level is missing on disk. */
  synchronized boolean rootLacksNames() throws IOException {
    Pages names = new Pages(FileId.ROOT);
    for (List<Entry> page = names.next(); !page.isEmpty(); page = names.next()) {
      for (Entry entry : page) {
        if (stopped) {
          return false;
        }
        if (isMissing(entry)) {
          return true;
        }
      }
    }
    return false;
  }

  /** The names that the index has on disk in a directory, page by page. */
  private final class Pages {
    private final FileId directory;
    private long cookie;

    Pages(FileId directory) {
      this.directory = directory;
    }

    /** The next of them; none after the last. */
    List<Entry> next() {
      zone.lock.lock();
      try {
        List<Entry> page = zone.replica.children(directory, cookie, PAGE);
        cookie = page.isEmpty() ? cookie : page.getLast().cookie();
        return page;
      } finally {
        zone.lock.unlock();
      }
    }
  }

  /** Whether something is on disk as the index says, and is not there. */
  private boolean isMissing(Entry entry) throws IOException {
    zone.lock.lock();
    try (Directory on = zone.directories.get(entry.directory())) {
      return on.stat(entry.name()).isEmpty()
          && entry.equals(zone.replica.lookup(entry.directory(), entry.name()));
    } finally {
      zone.lock.unlock();
    }
  }

  /** Name by name, since a directory may have more of them than memory holds. */
  private void scan(FileId directory, ArrayDeque<FileId> left, Map<Long, FileId> linked)
      throws IOException {
    Pages names = new Pages(directory);
    for (List<Entry> page = names.next(); !page.isEmpty(); page = names.next()) {
      for (Entry entry : page) {
        requireOpen();
        known(entry);
        if (entry.type() == FileType.DIRECTORY) {
          left.add(entry.shown());
        }
      }
    }
    try (Directory.Listing disk = listing(directory)) {
      for (var some = disk.next(); some != null; some = disk.next()) {
        for (DiskEntry entry : some) {
          requireOpen();
          FileId fresh = unknown(directory, EntryName.of(entry.name()), linked);
          if (fresh != null) {
            left.add(fresh);
          }
        }
      }
    }
  }

  private void requireOpen() throws IOException {
    if (stopped) {
      throw new IOException("the zone is being closed");
    }
  }

  private Directory.Listing listing(FileId directory) throws IOException {
    zone.lock.lock();
    try (Directory on = zone.directories.get(directory)) {
      return on.listing();
    } finally {
      zone.lock.unlock();
    }
  }

  private void known(Entry entry) throws IOException {
    if (isMissing(entry)) {
      if (entry.type() == FileType.DIRECTORY) {
        remake(entry);
      } else {
        lost(entry);
      }
    } else if (entry.type() != FileType.DIRECTORY) {
      files++;
      compare(entry);
    }
  }

  private @Nullable FileId unknown(FileId directory, EntryName name, Map<Long, FileId> linked)
      throws IOException {
    boolean ours = directory.equals(FileId.ROOT) && name.equals(ZoneTree.WORKSHOP);
    return ours ? null : adopt(directory, name, linked);
  }

  /** Looks for edits made behind our back. */
  private void compare(Entry entry) throws IOException {
    if (entry.type() != FileType.REGULAR) {
      return;
    }
    try (OpenStates.Held held = zone.files.alone(entry.shown())) {
      if (held.state().dirty != null || held.state().gone != null) {
        return;
      }
      zone.lock.lock();
      try (Directory on = zone.directories.get(entry.directory())) {
        Shown shown = zone.find(entry.shown());
        Optional<FileStat> stat = on.stat(entry.name());
        boolean same =
            shown == null
                || stat.isEmpty()
                || !entry.equals(zone.replica.lookup(entry.directory(), entry.name()))
                || stat.get().type() != FileType.REGULAR
                || (stat.get().size() == shown.size()
                    && stat.get().modified().equals(shown.modified()));
        if (same || shown == null || stat.isEmpty()) {
          return;
        }
        takeEdit(entry, shown, stat.get(), on);
      } finally {
        zone.lock.unlock();
      }
    }
  }

  private void takeEdit(Entry entry, Shown shown, FileStat stat, Directory on) throws IOException {
    try (OpenFile file = on.readOnlyFile(entry.name())) {
      Bytes hash = hash(file, stat.size());
      boolean sameBytes =
          shown.content() instanceof Content.Regular regular
              && regular.size() == stat.size()
              && (stat.size() == 0 || regular.hash() != null)
              && Objects.equals(regular.hash(), hash);
      if (sameBytes) {
        file.setTimes(shown.accessed(), shown.modified());
        return;
      }
      List<ByteRange> all = stat.size() == 0 ? List.of() : List.of(new ByteRange(0, stat.size()));
      Change change =
          zone.replica.version(
              entry.shown(),
              stat.size(),
              stat.modified(),
              List.of(),
              all,
              hash,
              true,
              new Tracer(zone).trace(entry.shown(), null),
              0);
      zone.done(change);
      zone.changed(entry.shown());
      edited++;
    }
  }

  static @Nullable Bytes hash(OpenFile file, long size) throws IOException {
    if (size == 0 || size > Content.HASHED_SIZE) {
      return null;
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) size);
    file.read(bytes, 0);
    return Versions.hash(bytes.array());
  }

  /** Makes a directory anew; what was in it is then found missing. */
  private void remake(Entry entry) throws IOException {
    zone.lock.lock();
    try (Directory on = zone.directories.get(entry.directory())) {
      if (!isMissing(entry)) {
        return;
      }
      zone.directories.forget(entry.shown());
      on.createDirectory(entry.name());
      missing++;
      Shown shown = zone.find(entry.shown());
      if (shown != null) {
        on.setXattrs(entry.name(), shown.type(), shown.xattrs(), shown.mode());
        on.describe(entry.name(), entry.type(), shown.mode(), shown.uid(), shown.gid());
      }
    } finally {
      zone.lock.unlock();
    }
  }

  /** Marks a file for fetching, and a link or node for making anew. */
  private void lost(Entry entry) throws IOException {
    zone.lock.lock();
    try {
      if (!isMissing(entry)) {
        return;
      }
      missing++;
      List<Entry> left = new ArrayList<>(zone.replica.plan(entry.source()).have());
      left.remove(entry);
      boolean elsewhere = left.stream().anyMatch(other -> other.shown().equals(entry.shown()));
      Content.Regular held = elsewhere ? zone.replica.held(entry.shown()) : null;
      Change change = zone.replica.settled(entry.source(), left, Map.of());
      zone.forget(change);
      zone.forget(entry.shown());
      zone.replica.held(entry.shown(), held);
      OpenState state = zone.files.find(entry.shown());
      if (state != null && !elsewhere) {
        state.forget();
      }
    } finally {
      zone.lock.unlock();
    }
  }

  /** Takes in what has a name on disk and none in the index; returns a directory's new id. */
  private @Nullable FileId adopt(FileId directory, EntryName name, Map<Long, FileId> linked)
      throws IOException {
    zone.lock.lock();
    try (Directory on = zone.directories.get(directory)) {
      if (zone.replica.lookup(directory, name) != null) {
        return null;
      }
      Optional<FileStat> found = on.stat(name);
      if (found.isEmpty()) {
        return null;
      }
      FileStat stat = found.get();
      FileId known = stat.links() > 1 ? linked.get(stat.inode()) : null;
      if (known != null && stat.type() != FileType.DIRECTORY) {
        zone.done(zone.replica.link(known, directory, name, 0));
        added++;
        return null;
      }
      FileId id = zone.ids.next();
      AttrsChange attrs =
          new AttrsChange(
              stat.mode(),
              stat.uid(),
              stat.gid(),
              stat.accessed(),
              stat.modified(),
              stat.type() == FileType.SYMLINK ? null : on.xattrs(name));
      zone.done(zone.replica.create(id, directory, name, content(on, name, stat), attrs, 0));
      added++;
      if (stat.links() > 1) {
        linked.put(stat.inode(), id);
      }
      return stat.type() == FileType.DIRECTORY ? id : null;
    } finally {
      zone.lock.unlock();
    }
  }

  private static NewContent content(Directory on, EntryName name, FileStat stat)
      throws IOException {
    return switch (stat.type()) {
      case DIRECTORY -> new NewContent.Directory();
      case SYMLINK -> new NewContent.Symlink(Bytes.of(on.readLink(name)));
      case BLOCK_DEVICE, CHARACTER_DEVICE ->
          new NewContent.Device(stat.type(), stat.major(), stat.minor());
      case FIFO, SOCKET -> new NewContent.Special(stat.type());
      case REGULAR -> {
        try (OpenFile file = on.readOnlyFile(name)) {
          yield new NewContent.Regular(stat.size(), hash(file, stat.size()));
        }
      }
    };
  }
}
