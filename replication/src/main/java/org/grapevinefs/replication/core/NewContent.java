// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import org.jspecify.annotations.Nullable;

/** What a new inode holds, before a change gives it a dot. */
public sealed interface NewContent {

  /**
   * Of a regular file, all of it written.
   *
   * @param size bytes; 0 for an empty file
   * @param hash SHA-256 if the size is over 0 and at most {@link Content#HASHED_SIZE}, else null
   */
  record Regular(long size, @Nullable Bytes hash) implements NewContent {}

  /** Of a directory. */
  record Directory() implements NewContent {}

  /** Of a symbolic link. */
  record Symlink(Bytes target) implements NewContent {}

  /** Of a device node. */
  record Device(FileType type, int major, int minor) implements NewContent {}

  /** Of a FIFO or a socket. */
  record Special(FileType type) implements NewContent {}

  /** An empty regular file. */
  static NewContent empty() {
    return new Regular(0, null);
  }

  /** The type of inode that holds it. */
  default FileType type() {
    return switch (this) {
      case Regular regular -> FileType.REGULAR;
      case Directory directory -> FileType.DIRECTORY;
      case Symlink symlink -> FileType.SYMLINK;
      case Device device -> device.type;
      case Special special -> special.type;
    };
  }

  /** The value as written by a change. */
  default Content stamped(Dot dot, long clock, Timestamp modified) {
    return switch (this) {
      case Regular regular ->
          new Content.Regular(
              dot,
              clock,
              modified,
              regular.size,
              RangeMap.written(regular.size, dot),
              regular.hash);
      case Directory directory -> new Content.Directory(dot, clock, modified);
      case Symlink symlink -> new Content.Symlink(dot, clock, modified, symlink.target);
      case Device device -> new Content.Device(dot, clock, modified, device.major, device.minor);
      case Special special -> new Content.Special(dot, clock, modified);
    };
  }
}
