// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.volume;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.grapevinefs.replication.core.EntryName;
import org.jspecify.annotations.Nullable;

/**
 * A zone's folder on a volume, and the two places beside it: the index, and a workshop on the same
 * file system where contents are built before they are moved into the tree in one step.
 *
 * <p>Where the workshop must lie inside the zone's own folder (a Btrfs subvolume, out of which
 * nothing can be renamed) it is made when first needed and goes when it is empty, so that a zone at
 * rest shows nothing but its files.
 */
public final class ZoneTree implements Closeable {

  /** The name of a workshop that lies in the zone's own root; no client may use it. */
  public static final EntryName WORKSHOP = EntryName.of(".grapevine~workshop");

  private final Path path;
  private final Path indexPath;
  private final Directory root;
  private final Directory workshopParent;
  private final EntryName workshopName;
  private final boolean reflinks;
  private @Nullable Directory workshop;

  ZoneTree(Path path, Path indexPath, boolean workshopInside, boolean reflinks) throws IOException {
    this.path = path;
    this.indexPath = indexPath;
    this.reflinks = reflinks;
    this.root = open(path);
    this.workshopParent = workshopInside ? root : open(indexPath);
    this.workshopName = workshopInside ? WORKSHOP : EntryName.of("staging");
  }

  static Directory open(Path path) throws PosixException {
    byte[] bytes = path.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
    return new Directory(Posix.openPath(bytes, Posix.O_RDONLY | Posix.O_DIRECTORY), Posix.isRoot());
  }

  /** The zone's root directory. */
  public Directory root() {
    return root;
  }

  /** Where people find the files. */
  public Path path() {
    return path;
  }

  /** Where the index lies. */
  public Path indexPath() {
    return indexPath;
  }

  /** Whether blocks can be shared between files. */
  public boolean reflinks() {
    return reflinks;
  }

  /** The workshop, made if it is not there. */
  public synchronized Directory workshop() throws IOException {
    Directory open = workshop;
    if (open == null) {
      if (workshopParent.stat(workshopName).isEmpty()) {
        workshopParent.createDirectory(workshopName);
      }
      open = workshopParent.directory(workshopName);
      workshop = open;
    }
    return open;
  }

  /**
   * Creates a file in the workshop, from any thread: the workshop cannot be put away between its
   * opening and the file's creation.
   */
  public synchronized OpenFile createInWorkshop(EntryName name) throws IOException {
    return workshop().createFile(name);
  }

  /** Opens a file in the workshop for reading, from any thread. */
  public synchronized OpenFile openInWorkshop(EntryName name) throws IOException {
    return workshop().readOnlyFile(name);
  }

  /** Opens a file in the workshop to go on with it, from any thread. */
  public synchronized OpenFile reopenInWorkshop(EntryName name) throws IOException {
    return workshop().file(name);
  }

  /** Removes a file from the workshop if it is there, from any thread. */
  public synchronized void removeFromWorkshop(EntryName name) throws IOException {
    try {
      workshop().unlink(name);
    } catch (PosixException e) {
      if (e.errno() != PosixException.ENOENT) {
        throw e;
      }
    }
  }

  /** Puts the workshop away if it is empty and lies where people would see it. */
  public synchronized void tidy() throws IOException {
    if (workshopParent != root || root.stat(workshopName).isEmpty()) {
      return;
    }
    if (!workshop().list().isEmpty()) {
      return;
    }
    workshop().close();
    workshop = null;
    root.removeDirectory(workshopName);
  }

  /** Brings everything on the zone's file system to disk. */
  public void sync() throws IOException {
    root.syncFileSystem();
  }

  @Override
  public synchronized void close() throws IOException {
    if (workshop != null) {
      workshop.close();
      workshop = null;
    }
    if (workshopParent != root) {
      workshopParent.close();
    }
    root.close();
  }
}
