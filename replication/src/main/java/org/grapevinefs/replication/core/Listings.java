// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The directories that were listed last, whole: people list one again and again, and in many small
 * pieces. A directory goes with the first change of its names. Thread-safe.
 */
final class Listings {

  /** The most names of one directory. */
  static final int MOST_OF_ONE = 4_096;

  private static final int MOST = 16_384;
  private static final int STAMPS = 256;

  private final LinkedHashMap<FileId, List<Entry>> listings = new LinkedHashMap<>(16, 0.75f, true);
  private final long[] stamps = new long[STAMPS];
  private int names;

  private static int slot(FileId directory) {
    return (int) (directory.high() ^ directory.low()) & STAMPS - 1;
  }

  /** All entries of a directory in cookie order; null if they are not here. */
  synchronized @Nullable List<Entry> get(FileId directory) {
    return listings.get(directory);
  }

  /** Another number after each change of a directory. */
  synchronized long stamp(FileId directory) {
    return stamps[slot(directory)];
  }

  /** Takes in what was read after the stamp was taken. */
  synchronized void put(FileId directory, List<Entry> all, long stamp) {
    if (stamp != stamps[slot(directory)] || all.size() > MOST_OF_ONE) {
      return;
    }
    List<Entry> old = listings.put(directory, List.copyOf(all));
    names += all.size() + 1 - (old == null ? 0 : old.size() + 1);
    Iterator<List<Entry>> oldest = listings.values().iterator();
    while (names > MOST) {
      names -= oldest.next().size() + 1;
      oldest.remove();
    }
  }

  /** Follows a batch that changed the names of directories. */
  synchronized void forget(Collection<FileId> directories) {
    for (FileId directory : directories) {
      stamps[slot(directory)]++;
      List<Entry> old = listings.remove(directory);
      names -= old == null ? 0 : old.size() + 1;
    }
  }

  /** The entries of a whole listing after a cookie. */
  static List<Entry> after(List<Entry> all, long cookie, int most) {
    int low = 0;
    int high = all.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (all.get(middle).cookie() <= cookie) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return all.subList(low, low + Math.min(all.size() - low, most));
  }
}
