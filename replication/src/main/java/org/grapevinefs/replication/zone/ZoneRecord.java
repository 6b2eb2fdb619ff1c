// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.util.List;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.Inode;

/**
 * One record of an answer: an inode's registers, and its small contents.
 *
 * @param inode the registers
 * @param inline the bytes of contents that are held and small
 */
public record ZoneRecord(Inode inode, List<Inline> inline) {

  /** Copies. */
  public ZoneRecord {
    inline = List.copyOf(inline);
  }

  /**
   * A content that rides along.
   *
   * @param content the change that wrote the value
   * @param bytes all of it, at most {@link ZoneReplica#MAX_INLINE}
   */
  public record Inline(Dot content, Bytes bytes) {}
}
