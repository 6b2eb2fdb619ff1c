// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Function;
import org.grapevinefs.replication.core.Entry;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.volume.Directory;
import org.grapevinefs.replication.volume.FileStat;
import org.grapevinefs.replication.volume.OpenFile;
import org.grapevinefs.replication.volume.PosixException;
import org.grapevinefs.replication.volume.ZoneTree;
import org.jspecify.annotations.Nullable;

/**
 * Open directories by id. A directory is found by walking down from the nearest one that is open,
 * name by name, along the entries that the index says are on disk; once open it stays the right
 * one, wherever it is moved.
 *
 * <p>Used under the zone's lock. What it hands out is borrowed: the caller closes it.
 */
final class Directories {

  private static final int MOST = 512;
  private static final int DEEPEST = 100_000;

  private final ZoneTree tree;
  private final Function<FileId, List<Entry>> placed;
  private final LinkedHashMap<FileId, Directory> open = new LinkedHashMap<>(64, 0.75f, true);

  Directories(ZoneTree tree, Function<FileId, List<Entry>> placed) {
    this.tree = tree;
    this.placed = placed;
  }

  /** A directory, to be closed by the caller. */
  Directory get(FileId id) throws IOException {
    Deque<Entry> down = new ArrayDeque<>();
    FileId at = id;
    Directory known = known(at);
    while (known == null) {
      List<Entry> entries = placed.apply(at);
      if (entries.isEmpty() || down.size() > DEEPEST) {
        throw new IOException("directory " + id + " is not on disk");
      }
      down.push(entries.getFirst());
      at = entries.getFirst().directory();
      known = known(at);
    }
    for (Entry entry : down) {
      try (Directory parent = known) {
        known = parent.directory(entry.name());
      }
      known.retain();
      open.put(entry.shown(), known);
      trim();
    }
    return known;
  }

  private @Nullable Directory known(FileId id) {
    Directory known = id.equals(FileId.ROOT) ? tree.root() : open.get(id);
    return known != null && known.retain() ? known : null;
  }

  /** Whether a directory is on disk under the names that the index has. */
  boolean isThere(FileId id) throws IOException {
    if (!id.equals(FileId.ROOT) && placed.apply(id).isEmpty()) {
      return false;
    }
    try (Directory found = get(id)) {
      return found != null;
    } catch (PosixException e) {
      if (e.errno() == PosixException.ENOENT || e.errno() == PosixException.ENOTDIR) {
        return false;
      }
      throw e;
    }
  }

  private void trim() throws IOException {
    Iterator<Directory> oldest = open.values().iterator();
    while (open.size() > MOST && oldest.hasNext()) {
      Directory directory = oldest.next();
      oldest.remove();
      directory.close();
    }
  }

  /** A file under the first of its names that is there, to be closed by the caller. */
  OpenFile file(FileId shown) throws IOException {
    List<Entry> entries = placed.apply(shown);
    IOException failure = new IOException("file " + shown + " is not on disk");
    for (Entry entry : entries) {
      try (Directory parent = get(entry.directory())) {
        return parent.file(entry.name());
      } catch (IOException e) {
        failure = e;
      }
    }
    throw failure;
  }

  /** Lets go of a directory if another stands in its place on disk. */
  void forgetUnless(FileId id, FileStat inPlace) throws IOException {
    Directory directory = open.get(id);
    if (directory != null && directory.stat().inode() != inPlace.inode()) {
      forget(id);
    }
  }

  /** Lets go of a directory that was removed. */
  void forget(FileId id) throws IOException {
    Directory directory = open.remove(id);
    if (directory != null) {
      directory.close();
    }
  }

  void close() throws IOException {
    for (Directory directory : open.values()) {
      directory.close();
    }
    open.clear();
  }
}
