// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.fs;

import java.util.Set;

/**
 * On whose behalf a call is made, after squashing.
 *
 * @param uid user number, unsigned 32 bits in an int
 * @param gid primary group number
 * @param groups supplementary group numbers, at most {@link #MAX_GROUPS}
 * @param readOnly whether this caller's client may only read
 * @param viaOpen whether the right to read or write this file's bytes was already proved when it
 *     was opened
 */
public record Caller(int uid, int gid, Set<Integer> groups, boolean readOnly, boolean viaOpen) {

  /** The most supplementary groups a caller may bring. */
  public static final int MAX_GROUPS = 65_536;

  /** The node itself: root, with every right. */
  public static final Caller SYSTEM = new Caller(0, 0, Set.of(), false, true);

  /** Copies the groups. */
  public Caller {
    if (groups.size() > MAX_GROUPS) {
      throw new IllegalArgumentException("more than " + MAX_GROUPS + " groups");
    }
    groups = Set.copyOf(groups);
  }

  /** An ordinary caller of a writable export. */
  public static Caller of(int uid, int gid) {
    return new Caller(uid, gid, Set.of(), false, false);
  }

  /** The same caller, whose right to the bytes was proved at open. */
  public Caller throughOpen() {
    return viaOpen ? this : new Caller(uid, gid, groups, readOnly, true);
  }

  /** Whether the caller is root. */
  public boolean isRoot() {
    return uid == 0;
  }

  /** Whether the caller belongs to a group. */
  public boolean inGroup(int group) {
    return gid == group || groups.contains(group);
  }
}
