// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.grapevinefs.replication.core.ByteRange;

/**
 * A growing set of stretches of a file; neighbours are one, and over a bound near ones are joined.
 * Not thread-safe.
 */
final class RangeSet {

  private static final int MAX_RANGES = 1_024;

  private final TreeMap<Long, Long> ends = new TreeMap<>();

  /** Adds the bytes from {@code start} up to, not including, {@code end}. */
  void add(long start, long end) {
    if (start >= end) {
      return;
    }
    long from = start;
    long to = end;
    Map.Entry<Long, Long> before = ends.floorEntry(start);
    if (before != null && before.getValue() >= start) {
      if (before.getValue() >= end) {
        return;
      }
      from = before.getKey();
    }
    Map.Entry<Long, Long> inside = ends.ceilingEntry(from);
    while (inside != null && inside.getKey() <= to) {
      to = Math.max(to, inside.getValue());
      ends.remove(inside.getKey());
      inside = ends.ceilingEntry(from);
    }
    ends.put(from, to);
    if (ends.size() > MAX_RANGES) {
      joinNearest();
    }
  }

  /** Joins the two neighbours with the least between them: a few bytes more are sent, none less. */
  private void joinNearest() {
    long least = Long.MAX_VALUE;
    long first = -1;
    Map.Entry<Long, Long> last = null;
    for (Map.Entry<Long, Long> entry : ends.entrySet()) {
      if (last != null && entry.getKey() - last.getValue() < least) {
        least = entry.getKey() - last.getValue();
        first = last.getKey();
      }
      last = entry;
    }
    Map.Entry<Long, Long> next = ends.higherEntry(first);
    if (next != null) {
      ends.remove(next.getKey());
      ends.put(first, next.getValue());
    }
  }

  /** Takes the bytes from {@code start} up to {@code end} out. */
  void remove(long start, long end) {
    if (start >= end) {
      return;
    }
    Map.Entry<Long, Long> before = ends.lowerEntry(start);
    if (before != null && before.getValue() > start) {
      ends.put(before.getKey(), start);
      if (before.getValue() > end) {
        ends.put(end, before.getValue());
      }
    }
    Map.Entry<Long, Long> inside = ends.ceilingEntry(start);
    while (inside != null && inside.getKey() < end) {
      ends.remove(inside.getKey());
      if (inside.getValue() > end) {
        ends.put(end, inside.getValue());
      }
      inside = ends.ceilingEntry(start);
    }
  }

  /** Whether any byte of a stretch is in it. */
  boolean touches(ByteRange range) {
    Map.Entry<Long, Long> before = ends.lowerEntry(range.end());
    return before != null && before.getValue() > range.offset();
  }

  boolean isEmpty() {
    return ends.isEmpty();
  }

  /** The stretches, in order. */
  List<ByteRange> ranges() {
    List<ByteRange> result = new ArrayList<>(ends.size());
    ends.forEach((start, end) -> result.add(ByteRange.between(start, end)));
    return result;
  }

  /** How many bytes are in it. */
  long bytes() {
    long total = 0;
    for (Map.Entry<Long, Long> entry : ends.entrySet()) {
      total += entry.getValue() - entry.getKey();
    }
    return total;
  }

  void clear() {
    ends.clear();
  }
}
