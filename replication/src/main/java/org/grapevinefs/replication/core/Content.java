// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What an inode holds. Values written apart are all kept. */
public sealed interface Content extends Stamped {

  /** The largest content whose hash is kept, in bytes. */
  long HASHED_SIZE = 1 << 20;

  /** The same content as written by another change. */
  Content stamped(Dot dot, long clock);

  /** Whether two values are known to be the same bytes, so that they are no conflict. */
  default boolean sameBytes(Content other) {
    return switch (this) {
      case Regular regular ->
          other instanceof Regular that
              && regular.size == that.size
              && (regular.ranges.equals(that.ranges)
                  || (regular.hash != null && Objects.equals(regular.hash, that.hash)));
      case Directory directory -> other instanceof Directory;
      case Symlink symlink -> other instanceof Symlink that && symlink.target.equals(that.target);
      case Device device ->
          other instanceof Device that && device.major == that.major && device.minor == that.minor;
      case Special special -> other instanceof Special;
    };
  }

  /**
   * The content of a regular file.
   *
   * @param modified when the bytes last changed
   * @param size bytes
   * @param ranges which change wrote which stretch; its size is {@code size}
   * @param hash SHA-256 of all bytes if the size is at most {@link #HASHED_SIZE}, else null
   * @param lineage what it was made from, if the file is one that the zone merges
   */
  record Regular(
      Dot dot,
      long clock,
      Timestamp modified,
      long size,
      RangeMap ranges,
      @Nullable Bytes hash,
      Lineage lineage)
      implements Content {

    /** Checks that the ranges fit the size. */
    public Regular {
      if (ranges.size() != size) {
        throw new IllegalArgumentException("ranges of " + ranges.size() + " in " + size);
      }
    }

    /** One that is not traced. */
    public Regular(
        Dot dot, long clock, Timestamp modified, long size, RangeMap ranges, @Nullable Bytes hash) {
      this(dot, clock, modified, size, ranges, hash, Lineage.NONE);
    }

    @Override
    public Regular stamped(Dot newDot, long newClock) {
      Lineage now = lineage.runs().isEmpty() ? lineage : lineage.and(this);
      return new Regular(newDot, newClock, modified, size, ranges, hash, now);
    }

    /** The same bytes, with another lineage. */
    Regular withLineage(Lineage now) {
      return new Regular(dot, clock, modified, size, ranges, hash, now);
    }
  }

  /**
   * What a directory holds: only its time; the names are places of other inodes. The latest wins.
   *
   * @param modified when its list of names last changed
   */
  record Directory(Dot dot, long clock, Timestamp modified) implements Content {
    @Override
    public Directory stamped(Dot newDot, long newClock) {
      return new Directory(newDot, newClock, modified);
    }
  }

  /** A symbolic link's target, never looked at. */
  record Symlink(Dot dot, long clock, Timestamp modified, Bytes target) implements Content {
    @Override
    public Symlink stamped(Dot newDot, long newClock) {
      return new Symlink(newDot, newClock, modified, target);
    }
  }

  /** A block or character device's numbers, unsigned. */
  record Device(Dot dot, long clock, Timestamp modified, int major, int minor) implements Content {
    @Override
    public Device stamped(Dot newDot, long newClock) {
      return new Device(newDot, newClock, modified, major, minor);
    }
  }

  /** A FIFO or socket: nothing. */
  record Special(Dot dot, long clock, Timestamp modified) implements Content {
    @Override
    public Special stamped(Dot newDot, long newClock) {
      return new Special(newDot, newClock, modified);
    }
  }

  /** When the bytes last changed. */
  Timestamp modified();
}
