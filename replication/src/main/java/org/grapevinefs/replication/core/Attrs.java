// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A file's attributes, one register.
 *
 * @param mode 12 permission bits
 * @param uid owner
 * @param gid group
 * @param accessed the access time as set explicitly
 * @param modified a modification time set explicitly, which holds until the content changes again
 * @param xattrs extended attributes by name
 */
public record Attrs(
    Dot dot,
    long clock,
    int mode,
    int uid,
    int gid,
    Timestamp accessed,
    @Nullable ModifiedOverride modified,
    SortedMap<String, Bytes> xattrs)
    implements Stamped {

  /** Checks and copies. */
  public Attrs {
    mode &= 07777;
    xattrs =
        xattrs.isEmpty()
            ? Collections.emptySortedMap()
            : Collections.unmodifiableSortedMap(new TreeMap<>(xattrs));
  }

  /**
   * A modification time set explicitly.
   *
   * @param time the time
   * @param clock when it was set: a content with a later clock has its own time
   */
  public record ModifiedOverride(Timestamp time, long clock) {}

  /** The same attributes as written by another change. */
  Attrs stamped(Dot newDot, long newClock) {
    return new Attrs(newDot, newClock, mode, uid, gid, accessed, modified, xattrs);
  }
}
