// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.volume;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantReadWriteLock;
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

  /** Shared by those who use the workshop; who puts it away has it alone. */
  private final ReentrantReadWriteLock inUse = new ReentrantReadWriteLock();

  private volatile @Nullable Directory workshop;

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
  public Directory workshop() throws IOException {
    // Several threads ask for each content that comes: they must not wait for each other here.
    Directory open = workshop;
    return open == null ? madeWorkshop() : open;
  }

  private synchronized Directory madeWorkshop() throws IOException {
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

  /** What is done with the workshop, which cannot be put away meanwhile. */
  private interface Use<T> {
    T of(Directory workshop) throws IOException;
  }

  private <T> T using(Use<T> use) throws IOException {
    inUse.readLock().lock();
    try {
      return use.of(workshop());
    } finally {
      inUse.readLock().unlock();
    }
  }

  /** Creates a file in the workshop, from any thread. */
  public OpenFile createInWorkshop(EntryName name) throws IOException {
    return using(open -> open.createFile(name));
  }

  /** Opens a file in the workshop for reading, from any thread. */
  public OpenFile openInWorkshop(EntryName name) throws IOException {
    return using(open -> open.readOnlyFile(name));
  }

  /** Opens a file in the workshop to go on with it, from any thread. */
  public OpenFile reopenInWorkshop(EntryName name) throws IOException {
    return using(open -> open.file(name));
  }

  /** Removes a file from the workshop if it is there, from any thread. */
  public void removeFromWorkshop(EntryName name) throws IOException {
    try {
      using(open -> {
        open.unlink(name);
        return name;
      });
    } catch (PosixException e) {
      if (e.errno() != PosixException.ENOENT) {
        throw e;
      }
    }
  }

  /** Puts the workshop away if it is empty and lies where people would see it. */
  public void tidy() throws IOException {
    inUse.writeLock().lock();
    try {
      if (workshopParent != root || root.stat(workshopName).isEmpty()) {
        return;
      }
      if (!workshop().list().isEmpty()) {
        return;
      }
      workshop().close();
      workshop = null;
      root.removeDirectory(workshopName);
    } finally {
      inUse.writeLock().unlock();
    }
  }

  /** Brings everything on the zone's file system to disk. */
  public void sync() throws IOException {
    root.syncFileSystem();
  }

  @Override
  public void close() throws IOException {
    inUse.writeLock().lock();
    try {
      Directory open = workshop;
      if (open != null) {
        open.close();
        workshop = null;
      }
      if (workshopParent != root) {
        workshopParent.close();
      }
      root.close();
    } finally {
      inUse.writeLock().unlock();
    }
  }
}
