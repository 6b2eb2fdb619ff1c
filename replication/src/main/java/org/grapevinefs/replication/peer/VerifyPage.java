// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import java.util.List;
import java.util.Set;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.replication.core.FileId;
import org.jspecify.annotations.Nullable;

/**
 * What the comparison of some contents of a zone with the other members' found.
 *
 * @param next where to go on; null if that was the last
 * @param files contents looked at
 * @param bytes their size
 * @param members the others that took part
 * @param skipped contents that were being written to, or edited in the folder
 * @param findings what was wrong
 */
public record VerifyPage(
    @Nullable FileId next,
    long files,
    long bytes,
    Set<NodeId> members,
    long skipped,
    List<Finding> findings) {

  /** Copies. */
  public VerifyPage {
    members = Set.copyOf(members);
    findings = List.copyOf(findings);
  }

  /** What is wrong with a content. */
  public enum Kind {
    /** It had gone bad, and has its right bytes again. */
    MENDED,
    /** It has gone bad and could not be mended now. */
    BAD,
    /** Members hold different bytes, and which are right cannot be told; nothing was changed. */
    UNDECIDED,
    /** It was edited in the folder, which is for a scan to take in. */
    EDITED
  }

  /**
   * A content that is not as it should be.
   *
   * @param shown the id that it shows as
   * @param members where
   */
  public record Finding(FileId shown, Kind kind, List<NodeId> members) {

    /** Copies. */
    public Finding {
      members = List.copyOf(members);
    }
  }
}
