// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which change last wrote each stretch of a content, or that it is a hole. Immutable; covers the
 * content from 0 to its size without gaps.
 *
 * <p>Two contents of one file have the same bytes wherever their maps show the same dot (or both a
 * hole), so a replica fetches only the stretches where they differ. When a map grows over its
 * bound, neighbours are joined under the newest dot: correct, since the dot then names the bytes as
 * of that change, and only costs others a few bytes more.
 */
public final class RangeMap {

  /** The most stretches in a map. */
  public static final int MAX_RANGES = 1024;

  /** Of nothing. */
  public static final RangeMap EMPTY = new RangeMap(List.of());

  private final List<Range> ranges;

  /**
   * A stretch written by one change.
   *
   * @param offset its first byte
   * @param length bytes, at least 1
   * @param dot the change; null for a hole, which reads as zeros
   */
  public record Range(long offset, long length, @Nullable Dot dot) {

    /** Checks the bounds. */
    public Range {
      if (offset < 0 || length < 1 || offset > Long.MAX_VALUE - length) {
        throw new IllegalArgumentException("no stretch of a file: " + offset + "+" + length);
      }
    }

    /** The first byte after it. */
    public long end() {
      return offset + length;
    }

    private boolean sameDot(Range other) {
      return dot == null ? other.dot == null : dot.equals(other.dot);
    }
  }

  private RangeMap(List<Range> ranges) {
    this.ranges = ranges;
  }

  /** All written by one change. */
  public static RangeMap written(long size, Dot dot) {
    return size == 0 ? EMPTY : new RangeMap(List.of(new Range(0, size, dot)));
  }

  /**
   * The map of these stretches.
   *
   * @throws IllegalArgumentException if they leave a gap, overlap, or are too many
   */
  public static RangeMap of(List<Range> ranges) {
    long at = 0;
    for (Range range : ranges) {
      if (range.offset() != at) {
        throw new IllegalArgumentException("gap or overlap at " + at);
      }
      at = range.end();
    }
    if (ranges.size() > MAX_RANGES) {
      throw new IllegalArgumentException("more than " + MAX_RANGES + " ranges");
    }
    return new RangeMap(List.copyOf(ranges));
  }

  /** The stretches in order. */
  public List<Range> ranges() {
    return ranges;
  }

  /** The size of the content. */
  public long size() {
    return ranges.isEmpty() ? 0 : ranges.getLast().end();
  }

  /**
   * The map after a change: first cut or lengthened (by a hole) to the new size, then the holes
   * punched, then the stretches written. What lies past the new size is ignored.
   */
  public RangeMap changed(long newSize, List<ByteRange> holes, List<ByteRange> written, Dot dot) {
    List<Range> now = resized(ranges, newSize);
    now = overlaid(now, holes, null, newSize);
    now = overlaid(now, written, dot, newSize);
    return new RangeMap(List.copyOf(bounded(now, dot)));
  }

  private static List<Range> resized(List<Range> old, long newSize) {
    List<Range> result = new ArrayList<>();
    long at = 0;
    for (Range range : old) {
      if (range.offset() >= newSize) {
        break;
      }
      append(result, range.offset(), Math.min(range.end(), newSize), range.dot());
      at = Math.min(range.end(), newSize);
    }
    append(result, at, newSize, null);
    return result;
  }

  private static List<Range> overlaid(
      List<Range> base, List<ByteRange> over, @Nullable Dot dot, long size) {
    if (over.isEmpty()) {
      return base;
    }
    List<Range> result = new ArrayList<>();
    int next = 0;
    long at = 0;
    for (ByteRange range : over.stream().sorted().toList()) {
      long start = Math.max(range.offset(), at);
      long end = Math.min(range.end(), size);
      if (start >= end) {
        continue;
      }
      next = copy(base, next, at, start, result);
      append(result, start, end, dot);
      at = end;
    }
    copy(base, next, at, size, result);
    return result;
  }

  private static int copy(List<Range> base, int next, long from, long to, List<Range> result) {
    int index = next;
    while (index < base.size() && base.get(index).offset() < to) {
      Range range = base.get(index);
      append(result, Math.max(range.offset(), from), Math.min(range.end(), to), range.dot());
      if (range.end() > to) {
        break;
      }
      index++;
    }
    return index;
  }

  private static void append(List<Range> result, long start, long end, @Nullable Dot dot) {
    if (start >= end) {
      return;
    }
    Range range = new Range(start, end - start, dot);
    if (!result.isEmpty() && result.getLast().sameDot(range)) {
      Range last = result.removeLast();
      range = new Range(last.offset(), end - last.offset(), dot);
    }
    result.add(range);
  }

  private static List<Range> bounded(List<Range> ranges, Dot dot) {
    List<Range> now = ranges;
    long joinBelow = 4096;
    while (now.size() > MAX_RANGES) {
      List<Range> joined = new ArrayList<>();
      for (Range range : now) {
        boolean near = !joined.isEmpty() && range.end() - joined.getLast().offset() <= joinBelow;
        if (near) {
          Range last = joined.removeLast();
          append(joined, last.offset(), range.end(), dot);
        } else {
          append(joined, range.offset(), range.end(), range.dot());
        }
      }
      now = joined;
      joinBelow *= 2;
    }
    return now;
  }

  /**
   * The stretches whose bytes a holder of {@code held} lacks, in order; neighbours joined. Holes
   * are never missing: they are punched.
   */
  public List<ByteRange> missing(@Nullable RangeMap held) {
    List<ByteRange> result = new ArrayList<>();
    List<Range> have = held == null ? List.of() : held.ranges;
    int index = 0;
    for (Range want : ranges) {
      Dot dot = want.dot();
      long at = want.offset();
      while (dot != null && at < want.end()) {
        while (index < have.size() && have.get(index).end() <= at) {
          index++;
        }
        if (index == have.size()) {
          lacks(result, at, want.end());
          break;
        }
        Range range = have.get(index);
        long end = Math.min(range.end(), want.end());
        if (!dot.equals(range.dot())) {
          lacks(result, at, end);
        }
        at = end;
      }
    }
    return result;
  }

  private static void lacks(List<ByteRange> result, long start, long end) {
    if (!result.isEmpty() && result.getLast().end() == start) {
      result.add(ByteRange.between(result.removeLast().offset(), end));
    } else {
      result.add(ByteRange.between(start, end));
    }
  }

  /** Whether one change wrote all of a stretch here, which may be served under that dot. */
  public boolean shows(ByteRange stretch, Dot dot) {
    long at = stretch.offset();
    for (Range range : ranges) {
      if (range.end() <= at) {
        continue;
      }
      if (range.offset() > at || !dot.equals(range.dot())) {
        return false;
      }
      at = range.end();
      if (at >= stretch.end()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RangeMap that && ranges.equals(that.ranges);
  }

  @Override
  public int hashCode() {
    return ranges.hashCode();
  }

  @Override
  public String toString() {
    return ranges.toString();
  }
}
