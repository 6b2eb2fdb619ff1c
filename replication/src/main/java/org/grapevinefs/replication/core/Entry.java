// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import org.jspecify.annotations.Nullable;

/**
 * A name that shows in a directory: one line of a listing, and one name on the disk.
 *
 * @param directory the directory that shows it
 * @param name the name, perhaps a computed conflict name
 * @param cookie its place in the listing: over 2, below 2^63
 * @param shown the id that people see: the inode's, or a sibling's own
 * @param source the inode that it comes from
 * @param type what it is
 * @param link the link in the inode's place that it stands for
 * @param content the content value that it shows; null for a directory without one
 */
public record Entry(
    FileId directory,
    EntryName name,
    long cookie,
    FileId shown,
    FileId source,
    FileType type,
    Link link,
    @Nullable Dot content) {

  /** Whether it is one of several contents written apart, and not the winner. */
  public boolean isSibling() {
    return !shown.equals(source);
  }

  /** Whether the name is not the one that was given, but a computed one. */
  public boolean isConflict() {
    return !name.equals(link.name());
  }

  /** The same name showing another content. */
  Entry withContent(Dot now) {
    return new Entry(directory, name, cookie, shown, source, type, link, now);
  }
}
