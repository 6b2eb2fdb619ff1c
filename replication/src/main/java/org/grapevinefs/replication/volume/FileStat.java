// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.volume;

import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Timestamp;

/**
 * What the disk says of a file.
 *
 * @param fullMode type and permission bits
 * @param links hard links
 * @param uid owner
 * @param gid group
 * @param inode number on this file system
 * @param size length in bytes
 * @param used bytes of its blocks
 * @param accessed last access
 * @param changed last change of anything
 * @param modified last change of the bytes
 * @param major of a device node
 * @param minor of a device node
 */
public record FileStat(
    int fullMode,
    int links,
    int uid,
    int gid,
    long inode,
    long size,
    long used,
    Timestamp accessed,
    Timestamp changed,
    Timestamp modified,
    int major,
    int minor) {

  /** The 12 permission bits. */
  public int mode() {
    return fullMode & 0xFFF;
  }

  /** What it is. */
  public FileType type() {
    return type(fullMode);
  }

  static FileType type(int mode) {
    return switch (mode & Posix.S_IFMT) {
      case Posix.S_IFDIR -> FileType.DIRECTORY;
      case Posix.S_IFLNK -> FileType.SYMLINK;
      case Posix.S_IFBLK -> FileType.BLOCK_DEVICE;
      case Posix.S_IFCHR -> FileType.CHARACTER_DEVICE;
      case Posix.S_IFIFO -> FileType.FIFO;
      case Posix.S_IFSOCK -> FileType.SOCKET;
      default -> FileType.REGULAR;
    };
  }
}
