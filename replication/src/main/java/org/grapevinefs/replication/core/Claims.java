// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What the view is computed from: registers, and who wants which name. */
interface Claims {

  /** An inode's registers; null if it is not known. */
  @Nullable Inode inode(FileId id);

  /** The ids that want a name in exactly this directory, ascending. */
  List<FileId> claimants(FileId parent, EntryName name);

  /** Whether some claimant of a name in exactly this directory passes a test. */
  boolean anyChild(FileId parent, Predicate<FileId> test);

  /**
   * Directories that inodes name as parents but that do not exist: their children show in the root.
   */
  Set<FileId> missingParents();

  /** The directory in which those show whose parent does not exist. */
  default FileId inPlaceOf(FileId missingParent) {
    return FileId.ROOT;
  }

  /** Where a directory falls back to, if its move made a cycle; null if it did not. */
  @Nullable Link undone(FileId directory);

  /** Whether no two directories want one name and no parent is missing. */
  boolean isPlain();

  /** The node that an origin stands for. */
  String nodeName(Origin origin);
}
