// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.fs;

import java.util.List;
import org.grapevinefs.replication.core.EntryName;

/**
 * A stretch of a directory's listing, without {@code .} and {@code ..}.
 *
 * @param entries in cookie order
 * @param end whether nothing comes after them
 */
public record DirectoryPage(List<Entry> entries, boolean end) {

  /** Copies the list. */
  public DirectoryPage {
    entries = List.copyOf(entries);
  }

  /**
   * One name.
   *
   * @param name the name
   * @param cookie where the listing goes on after it: over 2, below 2^63, the same for this name in
   *     this directory for as long as it stays, on every node
   * @param attributes of what it names
   */
  public record Entry(EntryName name, long cookie, Attributes attributes) {}
}
