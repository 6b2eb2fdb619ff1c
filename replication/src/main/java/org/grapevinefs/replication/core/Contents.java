// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which contents should show but are not held, and what of them can be taken from held ones. */
final class Contents {

  private Contents() {}

  /** The id under which a content of an inode shows. */
  private static FileId shownId(Reads reads, Inode inode, Content content) {
    Content winner = inode.winner();
    return winner != null && winner.dot().equals(content.dot())
        ? inode.id()
        : ConflictNames.sibling(inode.id(), content.dot(), id -> reads.inode(id) != null);
  }

  static boolean isHeldAs(Content.@Nullable Regular held, Content wanted) {
    return held != null && (held.dot().equals(wanted.dot()) || held.sameBytes(wanted));
  }

  /** The contents of an inode that should show but whose bytes are not under their id. */
  static List<PendingContent> lacking(Reads reads, @Nullable Inode inode) {
    if (inode == null || inode.type() != FileType.REGULAR || !inode.isAlive()) {
      return List.of();
    }
    List<PendingContent> lacking = new ArrayList<>(0);
    Map<FileId, Content.Regular> held = null;
    for (Content content : inode.shownContents()) {
      FileId shown = shownId(reads, inode, content);
      if (content instanceof Content.Regular wanted && !isHeldAs(reads.held(shown), wanted)) {
        held = held == null ? heldOf(reads, inode) : held;
        lacking.add(nearest(inode.id(), shown, wanted, held));
      }
    }
    return lacking;
  }

  private static Map<FileId, Content.Regular> heldOf(Reads reads, Inode inode) {
    Map<FileId, Content.Regular> held = new LinkedHashMap<>();
    List<FileId> ids = new ArrayList<>(List.of(inode.id()));
    ids.addAll(reads.siblings(inode.id()));
    for (FileId id : ids) {
      Content.Regular one = reads.held(id);
      if (one != null) {
        held.put(id, one);
      }
    }
    return held;
  }

  private static PendingContent nearest(
      FileId source, FileId shown, Content.Regular wanted, Map<FileId, Content.Regular> held) {
    PendingContent best =
        new PendingContent(source, shown, wanted, null, null, wanted.ranges().missing(null));
    for (Map.Entry<FileId, Content.Regular> base : held.entrySet()) {
      Content.Regular content = base.getValue();
      List<ByteRange> missing =
          content.sameBytes(wanted) ? List.of() : wanted.ranges().missing(content.ranges());
      PendingContent candidate =
          new PendingContent(source, shown, wanted, base.getKey(), content, missing);
      if (best.base() == null || candidate.missingBytes() < best.missingBytes()) {
        best = candidate;
      }
    }
    return best;
  }

  /** Brings the list of inodes that wait for bytes up to date. */
  static void updatePending(Transaction tx, FileId id) {
    boolean waits =
        lacking(tx.reads, tx.inode(id)).stream().anyMatch(one -> !one.missing().isEmpty());
    tx.mark(Table.PENDING, id, waits);
  }
}
