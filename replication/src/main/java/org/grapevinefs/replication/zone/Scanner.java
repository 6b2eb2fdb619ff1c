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
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.volume.Directory;
import org.grapevinefs.replication.volume.DiskEntry;
import org.grapevinefs.replication.volume.FileStat;
import org.grapevinefs.replication.volume.OpenFile;
import org.grapevinefs.replication.volume.ZoneTree;
import org.grapevinefs.replication.zone.ZoneReplica.Authority;
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
  private final ReplacedByHand replaced;
  private final AttributesOnDisk attributes;
  private volatile boolean stopped;
  private long files;
  private long added;
  private long edited;
  private long missing;

  Scanner(ZoneState zone, Versions versions, AttributesOnDisk attributes) {
    this.zone = zone;
    this.versions = versions;
    this.replaced = new ReplacedByHand(zone);
    this.attributes = attributes;
  }

  /** Scans the whole zone; one scan at a time. */
  synchronized ZoneReplica.ScanReport scan(Authority authority) throws IOException {
    files = 0;
    added = 0;
    edited = 0;
    missing = 0;
    versions.makeAll();
    Walk walk = new Walk(authority);
    if (attributes.agreeOnFolder(authority)) {
      edited++;
    }
    walk.left.add(FileId.ROOT);
    while (!walk.left.isEmpty()) {
      requireOpen();
      scan(walk.left.poll(), walk);
    }
    zone.wakeSettler();
    zone.versionChanged();
    return new ZoneReplica.ScanReport(files, added, edited, missing);
  }

  /** What one scan goes through. */
  private static final class Walk {
    final Authority authority;
    final ArrayDeque<FileId> left = new ArrayDeque<>();

    /** Files with several names that were taken in, by their numbers on disk. */
    final Map<Long, FileId> linked = new HashMap<>();

    Walk(Authority authority) {
      this.authority = authority;
    }
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
  private void scan(FileId directory, Walk walk) throws IOException {
    Pages names = new Pages(directory);
    for (List<Entry> page = names.next(); !page.isEmpty(); page = names.next()) {
      for (Entry entry : page) {
        requireOpen();
        known(entry, walk);
        if (entry.type() == FileType.DIRECTORY) {
          walk.left.add(entry.shown());
        }
      }
    }
    try (Directory.Listing disk = listing(directory)) {
      for (var some = disk.next(); some != null; some = disk.next()) {
        for (DiskEntry entry : some) {
          requireOpen();
          unknown(directory, EntryName.of(entry.name()), walk);
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

  private void known(Entry entry, Walk walk) throws IOException {
    switch (standing(entry)) {
      case NOTHING -> missing(entry);
      case SOMETHING_ELSE -> replace(entry, walk);
      case ITSELF -> {
        boolean written = false;
        if (entry.type() != FileType.DIRECTORY) {
          files++;
          written = compare(entry);
        }
        if (attributes.agree(entry, walk.authority) || written) {
          edited++;
        }
      }
    }
  }

  /** What is on disk under a name that the index has. */
  private enum Standing {
    NOTHING,
    SOMETHING_ELSE,
    /** Itself, edited or not; or it was moved meanwhile. */
    ITSELF
  }

  private Standing standing(Entry entry) throws IOException {
    zone.lock.lock();
    try (Directory on = zone.directories.get(entry.directory())) {
      Optional<FileStat> stat = on.stat(entry.name());
      if (!entry.equals(zone.replica.lookup(entry.directory(), entry.name()))) {
        return Standing.ITSELF;
      }
      if (stat.isEmpty()) {
        return Standing.NOTHING;
      }
      boolean inWork = zone.replica.isUnsettled(entry.source());
      if (!inWork && replaced.isOther(entry, stat.get(), on)) {
        return Standing.SOMETHING_ELSE;
      }
      if (entry.type() == FileType.DIRECTORY) {
        zone.directories.forgetUnless(entry.shown(), stat.get());
      }
      return Standing.ITSELF;
    } finally {
      zone.lock.unlock();
    }
  }

  private void missing(Entry entry) throws IOException {
    if (entry.type() == FileType.DIRECTORY ? remake(entry) : lost(entry)) {
      missing++;
    }
  }

  /** Takes in what stands under a name instead of what the index has there. */
  private void replace(Entry entry, Walk walk) throws IOException {
    zone.lock.lock();
    try (Directory on = zone.directories.get(entry.directory())) {
      if (standing(entry) != Standing.SOMETHING_ELSE) {
        return;
      }
      if (walk.authority == Authority.INDEX) {
        // The listing of the disk, which comes after, finds it.
        replaced.putAside(entry, on);
        missing(entry);
        return;
      }
      Entry kept = replaced.makeWay(entry);
      if (kept != null) {
        missing(kept);
      }
      adopt(entry.directory(), entry.name(), walk);
      edited++;
    } finally {
      zone.lock.unlock();
    }
  }

  private void unknown(FileId directory, EntryName name, Walk walk) throws IOException {
    boolean ours = directory.equals(FileId.ROOT) && name.equals(ZoneTree.WORKSHOP);
    if (!ours && adopt(directory, name, walk)) {
      added++;
    }
  }

  /** Looks for edits made behind our back. */
  private boolean compare(Entry entry) throws IOException {
    if (entry.type() != FileType.REGULAR) {
      return false;
    }
    try (OpenStates.Held held = zone.files.alone(entry.shown())) {
      if (held.state().gone != null) {
        return false;
      }
      leaveReplaced(entry.shown(), held.state());
      if (held.state().dirty != null) {
        return false;
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
          return false;
        }
        return takeEdit(entry, shown, stat.get(), on);
      } finally {
        zone.lock.unlock();
      }
    }
  }

  /**
   * Lets go of a descriptor that no longer is that of the name: what is written next belongs into
   * the file that is there now. What was written to the other has its version first.
   */
  private void leaveReplaced(FileId shown, OpenState state) throws IOException {
    OpenFile open = state.borrow();
    if (open == null) {
      return;
    }
    try (OpenFile known = open) {
      if (isNamed(shown, known.stat().inode())) {
        return;
      }
      versions.make(state);
      state.forget();
    } catch (ZoneException e) {
      throw new IOException(e);
    }
  }

  private boolean isNamed(FileId shown, long inode) throws IOException {
    zone.lock.lock();
    try {
      for (Entry entry : zone.replica.placed(shown)) {
        try (Directory on = zone.directories.get(entry.directory())) {
          Optional<FileStat> stat = on.stat(entry.name());
          if (stat.isPresent() && stat.get().inode() == inode) {
            return true;
          }
        }
      }
      return false;
    } finally {
      zone.lock.unlock();
    }
  }

  private boolean takeEdit(Entry entry, Shown shown, FileStat stat, Directory on)
      throws IOException {
    try (OpenFile file = on.readOnlyFile(entry.name())) {
      Bytes hash = hash(file, stat.size());
      boolean sameBytes =
          shown.content() instanceof Content.Regular regular
              && regular.size() == stat.size()
              && (stat.size() == 0 || regular.hash() != null)
              && Objects.equals(regular.hash(), hash);
      if (sameBytes) {
        file.setTimes(shown.accessed(), shown.modified());
        return false;
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
      return true;
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
  private boolean remake(Entry entry) throws IOException {
    zone.lock.lock();
    try (Directory on = zone.directories.get(entry.directory())) {
      if (!isMissing(entry)) {
        return false;
      }
      zone.directories.forget(entry.shown());
      on.createDirectory(entry.name());
      Shown shown = zone.find(entry.shown());
      if (shown != null) {
        on.setXattrs(entry.name(), shown.type(), shown.xattrs(), shown.mode());
        on.describe(entry.name(), entry.type(), shown.mode(), shown.uid(), shown.gid());
      }
      return true;
    } finally {
      zone.lock.unlock();
    }
  }

  /** Marks a file for fetching, and a link or node for making anew. */
  private boolean lost(Entry entry) throws IOException {
    zone.lock.lock();
    try {
      if (!isMissing(entry)) {
        return false;
      }
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
      return true;
    } finally {
      zone.lock.unlock();
    }
  }

  /** Takes in what has a name on disk and none in the index; whether it did. */
  private boolean adopt(FileId directory, EntryName name, Walk walk) throws IOException {
    zone.lock.lock();
    try (Directory on = zone.directories.get(directory)) {
      if (zone.replica.lookup(directory, name) != null) {
        return false;
      }
      Optional<FileStat> found = on.stat(name);
      if (found.isEmpty()) {
        return false;
      }
      FileStat stat = found.get();
      FileId known = stat.links() > 1 ? walk.linked.get(stat.inode()) : null;
      if (known != null && stat.type() != FileType.DIRECTORY) {
        zone.done(zone.replica.link(known, directory, name, 0));
        return true;
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
      if (stat.links() > 1) {
        walk.linked.put(stat.inode(), id);
      }
      if (stat.type() == FileType.DIRECTORY) {
        walk.left.add(id);
      }
      return true;
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
