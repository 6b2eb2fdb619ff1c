// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a local change did.
 *
 * @param id the id that the change was about: of a new file its id, of a sibling that became a file
 *     of its own that file's id
 * @param dots the changes made, one for each inode changed; empty if nothing had to change
 * @param ticks the change attributes before and after, of every inode that the change touched
 * @param entry the entry that it made on disk; null if none
 * @param gone the id whose last name went, so that its bytes may go too; null if none
 * @param unsettled whether other names are now to be settled
 */
public record Change(
    FileId id,
    List<Dot> dots,
    Map<FileId, Tick> ticks,
    @Nullable Entry entry,
    @Nullable FileId gone,
    boolean unsettled) {

  /** Copies. */
  public Change {
    dots = List.copyOf(dots);
    ticks = Map.copyOf(ticks);
  }

  /**
   * A change attribute around a change.
   *
   * @param before before
   * @param after after
   */
  public record Tick(long before, long after) {}
}
