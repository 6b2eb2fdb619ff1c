// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import org.jspecify.annotations.Nullable;

/**
 * What becomes of each inode in a pull: one rule for the merge and for those who look ahead at what
 * it will do.
 *
 * @param header what was announced
 * @param repair whether absence is no news in it
 * @param mine what this side knew before
 * @param missedPurges whether the giver does not know all that this side had purged before
 */
record Meeting(PullHeader header, boolean repair, Knowledge mine, boolean missedPurges) {

  static Meeting of(PullHeader header, boolean repair, State here) {
    boolean missed = !header.knowledge().includes(here.horizon);
    return new Meeting(header, repair, here.knowledge, missed);
  }

  /** Whether what the answer leaves out was removed, as far as its giver knows of it. */
  boolean dropsAbsent() {
    return header.mode() == PullHeader.Mode.FULL && !repair;
  }

  /** What is left of an inode that a full answer leaves out. */
  @Nullable Inode absent(Transaction tx, Inode before) {
    Inode merged = Merge.merge(before, mine, null, header.knowledge());
    return LetGo.merged(tx, before, header.knowledge(), merged);
  }

  /** What an inode is after its record was merged. */
  @Nullable Inode merged(Transaction tx, @Nullable Inode before, Inode record) {
    if (repair) {
      // What changed here since all was asked for is the others' to take over, not theirs to keep.
      boolean since =
          before != null && before.dots().stream().anyMatch(dot -> !header.knowledge().covers(dot));
      return since ? before : Merge.union(before, record);
    }
    Inode merged = Merge.merge(before, mine, record, header.knowledge());
    if (before != null) {
      return LetGo.merged(tx, before, mine, record, header.knowledge(), merged);
    }
    Inode fresh = LetGo.merged(tx, record, mine, merged);
    return missedPurges ? LetGo.perhapsAgain(tx, fresh) : fresh;
  }
}
