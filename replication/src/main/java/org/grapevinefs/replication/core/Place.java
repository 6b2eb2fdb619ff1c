// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Where an inode is in the tree: its links, or deleted. */
public sealed interface Place extends Stamped {

  /** The links that it has, or had when it was deleted, sorted. */
  List<Link> links();

  /**
   * Links.
   *
   * @param links the names, at least one, sorted; of a directory exactly one
   * @param previous the links before a move: where it falls back to if the move makes a cycle
   */
  record Live(Dot dot, long clock, List<Link> links, List<Link> previous) implements Place {

    /** Sorts and copies. */
    public Live {
      if (links.isEmpty()) {
        throw new IllegalArgumentException("a live inode has a link");
      }
      links = sorted(links);
      previous = sorted(previous);
    }
  }

  /**
   * Deleted.
   *
   * @param links where it was
   * @param seen the contents that the deleting node had seen; any other brings the file back
   */
  record Deleted(Dot dot, long clock, List<Link> links, Set<Dot> seen) implements Place {

    /** Sorts and copies. */
    public Deleted {
      links = sorted(links);
      seen = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(seen));
    }
  }

  private static List<Link> sorted(List<Link> links) {
    return links.size() < 2 ? List.copyOf(links) : links.stream().sorted().distinct().toList();
  }
}
