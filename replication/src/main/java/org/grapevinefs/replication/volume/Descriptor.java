// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.volume;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Timestamp;

/**
 * An open descriptor that several threads may share: it is closed when the last of them lets go, so
 * that a number is never used after the kernel gave it to another file.
 */
public abstract sealed class Descriptor implements Closeable permits Directory, OpenFile {

  final int fd;
  final boolean root;
  private final AtomicInteger users = new AtomicInteger(1);

  Descriptor(int fd, boolean root) {
    this.fd = fd;
    this.root = root;
  }

  /** Becomes one more user, who must close it too; false if it is closed already. */
  public final boolean retain() {
    while (true) {
      int now = users.get();
      if (now == 0) {
        return false;
      }
      if (users.compareAndSet(now, now + 1)) {
        return true;
      }
    }
  }

  /** Lets go; the last user's call closes the file. */
  @Override
  public final void close() throws IOException {
    if (users.decrementAndGet() == 0) {
      Posix.close(fd);
    }
  }

  /** What the disk says of it. */
  public final FileStat stat() throws IOException {
    return Posix.stat(fd);
  }

  /** Brings everything about it to disk. */
  public final void sync() throws IOException {
    Posix.fsync(fd);
  }

  /** Brings the whole file system to disk: cheaper than many single syncs. */
  public final void syncFileSystem() throws IOException {
    Posix.syncfs(fd);
  }

  /** Sets mode and owner as far as this process may; the index, not the disk, holds the truth. */
  public final void describe(int mode, int uid, int gid) throws IOException {
    if (root) {
      tolerate(() -> Posix.fchownat(fd, new byte[0], uid, gid));
    }
    FileType type = this instanceof Directory ? FileType.DIRECTORY : FileType.REGULAR;
    tolerate(() -> Posix.fchmod(fd, diskMode(type, mode)));
  }

  /** Sets the times. */
  public final void setTimes(Timestamp accessed, Timestamp modified) throws IOException {
    tolerate(() -> Posix.futimens(fd, accessed, modified));
  }

  /**
   * The mode that the file gets on disk: one whose owner is not root must stay able to reach its
   * own files.
   */
  final int diskMode(FileType type, int mode) {
    if (root) {
      return mode & 0xFFF;
    }
    return (mode & 0x1FF) | (type == FileType.DIRECTORY ? 0x1C0 : 0x180);
  }

  /**
   * The mode that one found on disk stands for.
   *
   * @param onDisk 12 permission bits
   * @param before the mode that the file had, for what the disk cannot say of it
   */
  public final int modeFrom(FileType type, int onDisk, int before) {
    int unsaid = root ? 0 : 0xE00 | (type == FileType.DIRECTORY ? 0x1C0 : 0x180);
    return (onDisk & ~unsaid) | (before & unsaid);
  }

  /** Whether files on disk have the owners that they are given. */
  public final boolean keepsOwners() {
    return root;
  }

  /** A call that may be beyond this process or this file system. */
  @FunctionalInterface
  interface Attempt {
    void run() throws PosixException;
  }

  static void tolerate(Attempt attempt) throws PosixException {
    try {
      attempt.run();
    } catch (PosixException e) {
      boolean beyond =
          e.isUnsupported()
              || e.errno() == PosixException.EPERM
              || e.errno() == PosixException.EACCES
              || e.errno() == PosixException.EINVAL;
      if (!beyond) {
        throw e;
      }
    }
  }
}
