// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A content that is known and should show, but whose bytes are not here.
 *
 * @param source its inode
 * @param shown the id under which it will show
 * @param wanted the value
 * @param base the id whose held content has most in common with it; null if nothing is held
 * @param held that content
 * @param missing the stretches to fetch; empty if all can be taken from {@code base}
 */
public record PendingContent(
    FileId source,
    FileId shown,
    Content.Regular wanted,
    @Nullable FileId base,
    Content.@Nullable Regular held,
    List<ByteRange> missing) {

  /** Copies. */
  public PendingContent {
    missing = List.copyOf(missing);
  }

  /** The bytes to fetch. */
  public long missingBytes() {
    long bytes = 0;
    for (ByteRange range : missing) {
      bytes += range.length();
    }
    return bytes;
  }
}
