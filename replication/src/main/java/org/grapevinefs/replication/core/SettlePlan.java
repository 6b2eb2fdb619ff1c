// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What must happen on disk so that an inode shows as its registers say.
 *
 * @param id the inode
 * @param type what it is; null if there is nothing of it, in the index or on disk
 * @param want the entries that it should have; none if it does not show
 * @param have the entries that it has on disk
 * @param first inodes to settle before this one: parents not yet there, occupants of its names,
 *     what is still in a directory that goes
 * @param fetch contents to be held before this can be settled
 * @param dirty whether it has local writes without a version: version it first, then plan again
 * @param waits whether a large pull is being merged: nothing may be settled till its end
 * @param mergedInto the directory that shows this one's children, if it is merged; else null
 */
public record SettlePlan(
    FileId id,
    @Nullable FileType type,
    List<Entry> want,
    List<Entry> have,
    List<FileId> first,
    List<PendingContent> fetch,
    boolean dirty,
    boolean waits,
    @Nullable FileId mergedInto) {

  /** Copies. */
  public SettlePlan {
    want = List.copyOf(want);
    have = List.copyOf(have);
    first = List.copyOf(first);
    fetch = List.copyOf(fetch);
  }

  /** Whether disk and registers agree. */
  public boolean isSettled() {
    return want.equals(have) && first.isEmpty() && fetch.isEmpty() && !dirty && !waits;
  }

  /**
   * Whether nothing is left to do for its inode once it is carried out: no directory, whose names
   * others' names depend on.
   */
  public boolean isFinal() {
    return first.isEmpty()
        && !dirty
        && !waits
        && type != null
        && type != FileType.DIRECTORY
        && mergedInto == null;
  }

  /** Whether it can be carried out now. */
  public boolean isReady() {
    return first.isEmpty() && fetch.isEmpty() && !dirty && !waits;
  }
}
