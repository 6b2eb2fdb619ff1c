// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a file holds that a move or link brings back though it was deleted apart.
 *
 * <p>If the deletion had seen a newer content than the move had, and whoever deleted was the only
 * one to hold it, nobody can ever have that content again, and the file would wait for it for good.
 * So the one who moved the file writes anew what the file was to him.
 */
final class Comeback {

  private final Context context;
  private final Transaction tx;

  Comeback(Context context, Transaction tx) {
    this.context = context;
    this.tx = tx;
  }

  /** Has a file that this node's own move brought back be what it is here. */
  void keep(FileId id) {
    Inode inode = tx.inode(id);
    if (inode == null
        || inode.type() != FileType.REGULAR
        || !(inode.place() instanceof Place.Live)) {
      return;
    }
    if (ChangeSteps.isDeletedWithAll(inode) && isOurs(inode.place()) && lacksSome(inode)) {
      Content.Regular held = tx.reads.held(id);
      if (held != null) {
        tx.putInode(id, inode, asHere(inode, held));
      }
    }
  }

  /** The same for a file that is being brought back now; {@code inode} is alive already. */
  Inode kept(Inode inode) {
    Content.Regular held = tx.reads.held(inode.id());
    return held != null && lacksSome(inode) ? asHere(inode, held) : inode;
  }

  private boolean isOurs(@Nullable Place place) {
    return place != null && context.self.equals(tx.state.names.get(place.dot().origin()));
  }

  private boolean lacksSome(Inode inode) {
    // Of a deletion that was purged and heard of again not even the contents are left.
    return inode.contents().isEmpty() || !lacking(inode).isEmpty();
  }

  private Set<Dot> lacking(Inode inode) {
    Set<Dot> lacking = new HashSet<>();
    // Also what could be put together of what is held: a write may come before it is.
    for (PendingContent content : Contents.lacking(tx.reads, inode)) {
      lacking.add(content.wanted().dot());
    }
    return lacking;
  }

  private Inode asHere(Inode inode, Content.Regular held) {
    Dot dot = tx.nextDot();
    Content.Regular now = held.stamped(dot, context.clock.nextAfter(inode.latestClock()));
    Set<Dot> lacking = lacking(inode);
    List<Content> contents = new ArrayList<>(inode.contents());
    contents.removeIf(one -> lacking.contains(one.dot()) || Contents.isHeldAs(held, one));
    contents.add(now);
    tx.putHeld(inode.id(), now);
    tx.mark(Table.UNSETTLED, inode.id(), true);
    return inode.withContents(contents);
  }
}
