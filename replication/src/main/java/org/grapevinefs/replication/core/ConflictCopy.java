// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.List;

/**
 * A conflict for people to look at.
 *
 * @param path names from the root down to the entry
 * @param entry the entry with the computed name
 * @param original the entry that has the plain name; the same as {@code entry} if none shows
 * @param author who made the version under the computed name
 * @param originalAuthor who made the one under the plain name
 */
public record ConflictCopy(
    List<EntryName> path, Entry entry, Entry original, Author author, Author originalAuthor) {

  /**
   * Who made a version, and when.
   *
   * @param node the node's name; empty if the version is gone
   */
  public record Author(String node, Timestamp when) {}

  /** Copies. */
  public ConflictCopy {
    path = List.copyOf(path);
  }
}
