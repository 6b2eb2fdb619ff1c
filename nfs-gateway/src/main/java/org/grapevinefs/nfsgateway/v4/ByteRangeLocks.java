// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The locked byte ranges of one file, as POSIX has them: an owner never conflicts with itself, a
 * new lock takes the place of what the owner had there, and unlocking the middle of a range leaves
 * two. Not thread-safe.
 */
final class ByteRangeLocks {

  /**
   * Who locks.
   *
   * @param client the client
   * @param owner its name for the process
   */
  record Owner(long client, Opaque owner) {}

  /**
   * A locked range.
   *
   * @param first its first byte, unsigned
   * @param last its last byte, unsigned; all ones: to the end of the file, however long it grows
   * @param exclusive whether nobody else may lock it, not even shared
   */
  record Range(Owner owner, long first, long last, boolean exclusive) {

    private boolean overlaps(long from, long to) {
      return Long.compareUnsigned(first, to) <= 0 && Long.compareUnsigned(from, last) <= 0;
    }

    /** The length on the wire: all ones for one that never ends. */
    long length() {
      return last == -1 ? -1 : last - first + 1;
    }
  }

  private final List<Range> ranges = new ArrayList<>();

  /** What stands in the way of a lock. */
  @Nullable Range conflict(Owner owner, long first, long last, boolean exclusive) {
    for (Range range : ranges) {
      if ((exclusive || range.exclusive())
          && range.overlaps(first, last)
          && !range.owner().equals(owner)) {
        return range;
      }
    }
    return null;
  }

  /** Locks a range that nothing stands in the way of. */
  void lock(Owner owner, long first, long last, boolean exclusive) {
    unlock(owner, first, last);
    long from = first;
    long to = last;
    for (int i = ranges.size() - 1; i >= 0; i--) {
      Range range = ranges.get(i);
      if (range.exclusive() == exclusive && range.owner().equals(owner)) {
        boolean before = range.last() != -1 && range.last() + 1 == from;
        boolean after = to != -1 && to + 1 == range.first();
        if (before || after) {
          from = before ? range.first() : from;
          to = after ? range.last() : to;
          ranges.remove(i);
        }
      }
    }
    ranges.add(new Range(owner, from, to, exclusive));
  }

  /** Unlocks a range, whatever of it was locked. */
  void unlock(Owner owner, long first, long last) {
    List<Range> rest = new ArrayList<>();
    for (int i = ranges.size() - 1; i >= 0; i--) {
      Range range = ranges.get(i);
      if (range.overlaps(first, last) && range.owner().equals(owner)) {
        ranges.remove(i);
        if (Long.compareUnsigned(range.first(), first) < 0) {
          rest.add(new Range(owner, range.first(), first - 1, range.exclusive()));
        }
        if (Long.compareUnsigned(last, range.last()) < 0) {
          rest.add(new Range(owner, last + 1, range.last(), range.exclusive()));
        }
      }
    }
    ranges.addAll(rest);
  }

  /** Whether unlocking a range leaves two of one. */
  boolean splits(Owner owner, long first, long last) {
    for (Range range : ranges) {
      if (Long.compareUnsigned(range.first(), first) < 0
          && Long.compareUnsigned(last, range.last()) < 0
          && range.owner().equals(owner)) {
        return true;
      }
    }
    return false;
  }

  /** Unlocks all that an owner locked, and tells how many ranges that were. */
  int unlockAll(Owner owner) {
    int before = ranges.size();
    ranges.removeIf(range -> range.owner().equals(owner));
    return before - ranges.size();
  }

  boolean holds(Owner owner) {
    for (Range range : ranges) {
      if (range.owner().equals(owner)) {
        return true;
      }
    }
    return false;
  }

  int size() {
    return ranges.size();
  }
}
