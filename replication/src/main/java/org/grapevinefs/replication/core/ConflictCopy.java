// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.List;

/**
 * A conflict for people to look at.
 *
 * @param path names from the root down to the entry
 * @param entry the entry with the computed name
 * @param original the entry that has the plain name; the same as {@code entry} if none shows
 * @param node who made the version under the computed name
 * @param when its time
 */
public record ConflictCopy(
    List<EntryName> path, Entry entry, Entry original, String node, Timestamp when) {

  /** Copies. */
  public ConflictCopy {
    path = List.copyOf(path);
  }
}
