// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.util.List;
import org.grapevinefs.replication.core.ByteRange;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.Timestamp;
import org.jspecify.annotations.Nullable;

/**
 * What was done to a file's bytes since its last version. Guarded by its file's lock, but for what
 * is about to change, which may be asked for without it.
 */
final class DirtyContent {

  private static final int MAX_HOLES = 256;
  private static final long COARSE = 64L << 10;

  private final RangeSet written = new RangeSet();
  private final RangeSet holes = new RangeSet();
  private final RangeSet announced = new RangeSet();
  final long sizeBefore;
  final long firstNanos;
  long size;
  long lastNanos;
  Timestamp modified;
  long change;

  /** What the file was before, if it is one that the zone merges. */
  @Nullable Bytes before;

  DirtyContent(long size, Timestamp modified, long nanos) {
    this.sizeBefore = size;
    this.size = size;
    this.modified = modified;
    this.firstNanos = nanos;
    this.lastNanos = nanos;
  }

  /**
   * Bytes are about to change. To be said before they do, so that who read them without the file's
   * lock and afterwards finds nothing announced has read what they were before.
   */
  void announce(long start, long end) {
    // Rounded, so that a stream of writes costs one step in many.
    long from = start & -COARSE;
    long to = end > Long.MAX_VALUE - COARSE ? Long.MAX_VALUE : end + COARSE - 1 & -COARSE;
    synchronized (announced) {
      announced.add(from, to);
    }
  }

  /** Whether a stretch, or what is near it, may be changing or have changed; needs no lock. */
  boolean mayTouch(ByteRange range) {
    synchronized (announced) {
      return announced.touches(range);
    }
  }

  /** Bytes were written. */
  void write(long offset, long length) {
    if (offset > size) {
      hole(size, offset);
    }
    written.add(offset, offset + length);
    holes.remove(offset, offset + length);
    size = Math.max(size, offset + length);
  }

  /** A range was made a hole; what lies past the end stays past it. */
  void punch(long offset, long length) {
    hole(offset, Math.min(offset + length, size));
  }

  private void hole(long start, long end) {
    if (start >= end) {
      return;
    }
    if (holes.ranges().size() >= MAX_HOLES) {
      // Its zeros are then sent as bytes: dearer, and just as right.
      written.add(start, end);
      return;
    }
    written.remove(start, end);
    holes.add(start, end);
  }

  /** The file was cut or lengthened. */
  void resize(long newSize) {
    if (newSize < size) {
      written.remove(newSize, size);
      // What was cut off must not come back as old bytes when the file grows again.
      holes.remove(newSize, size);
      cut = Math.min(cut, newSize);
    } else {
      hole(size, newSize);
    }
    size = newSize;
  }

  private long cut = Long.MAX_VALUE;

  /** The holes, with all that was cut off once and not written since. */
  List<ByteRange> holes() {
    if (cut < size) {
      RangeSet all = new RangeSet();
      all.add(cut, size);
      for (ByteRange range : written.ranges()) {
        all.remove(range.offset(), range.end());
      }
      for (ByteRange range : holes.ranges()) {
        all.add(range.offset(), range.end());
      }
      return all.ranges();
    }
    return holes.ranges();
  }

  List<ByteRange> written() {
    return written.ranges();
  }

  /** Whether any byte of a stretch was touched. */
  boolean touches(ByteRange range) {
    return range.end() > size
        || range.end() > cut
        || written.touches(range)
        || holes.touches(range);
  }
}
