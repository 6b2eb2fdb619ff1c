// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ways up the tree as it is on disk. */
final class TreeWalk {

  private static final int DEEPEST = 100_000;

  private final Reads reads;

  TreeWalk(Reads reads) {
    this.reads = reads;
  }

  /** The directory above a directory on disk; null of the root and of one that is not there. */
  @Nullable FileId parent(FileId directory) {
    List<Entry> placed = reads.placed(directory);
    return placed.isEmpty() ? null : placed.getFirst().directory();
  }

  /** Whether a directory is another one or somewhere below it. */
  boolean isBelow(FileId directory, FileId ancestor) {
    return between(directory, ancestor) != null;
  }

  /** The directories from one up to an ancestor, without it; null if it is not below it. */
  @Nullable List<FileId> between(FileId directory, FileId ancestor) {
    List<FileId> way = new ArrayList<>();
    FileId at = directory;
    while (at != null && way.size() < DEEPEST) {
      if (at.equals(ancestor)) {
        return way;
      }
      way.add(at);
      at = parent(at);
    }
    return null;
  }

  /** The names from the root to an entry. */
  List<EntryName> path(Entry entry) {
    List<EntryName> names = new ArrayList<>(List.of(entry.name()));
    FileId at = entry.directory();
    while (!at.equals(FileId.ROOT) && names.size() < DEEPEST) {
      List<Entry> placed = reads.placed(at);
      if (placed.isEmpty()) {
        break;
      }
      names.add(placed.getFirst().name());
      at = placed.getFirst().directory();
    }
    Collections.reverse(names);
    return names;
  }
}
