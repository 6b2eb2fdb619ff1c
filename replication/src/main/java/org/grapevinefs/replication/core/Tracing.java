// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Notes from what a content was made, and keeps what it was made from. */
final class Tracing {

  private Tracing() {}

  /**
   * The lineage of what {@code dot} writes in the place of what is held. Others may have the same
   * bytes by another change: they are its ancestors too.
   */
  static Lineage lineage(
      Transaction tx,
      Inode inode,
      Content.@Nullable Regular held,
      Dot dot,
      long clock,
      Trace trace) {
    if (!trace.on() || held == null) {
      return Lineage.NONE;
    }
    Lineage lineage = Lineage.after(held);
    List<Dot> parents = new ArrayList<>(List.of(held.dot()));
    for (Content content : inode.contents()) {
      if (!parents.contains(content.dot()) && content.sameBytes(held)) {
        lineage = lineage.and(content);
        parents.add(content.dot());
      }
    }
    Bytes before = trace.before();
    if (before != null) {
      parents.forEach(parent -> Ancestors.keep(tx, parent, dot, clock, before));
    }
    return lineage;
  }

  /** What was moved over a file is made from it. */
  static void replaced(
      Transaction tx, Context context, Entry moved, Content.Regular replaced, Trace trace) {
    Inode inode = tx.inode(moved.source());
    Content.Regular held = tx.reads.held(moved.shown());
    if (inode == null || held == null || moved.isSibling() || inode.content(held.dot()) == null) {
      return;
    }
    Dot dot = tx.nextDot();
    long clock = context.clock.nextAfter(inode.latestClock());
    Lineage lineage = Lineage.after(replaced);
    Content.Regular now = held.stamped(dot, clock).withLineage(lineage);
    List<Content> contents = new ArrayList<>(inode.contents());
    contents.removeIf(old -> Contents.isHeldAs(held, old));
    contents.add(now);
    ChangeSteps.putInode(tx, inode, inode.withContents(contents));
    tx.putHeld(moved.shown(), now);
    for (Entry entry : tx.reads.placed(moved.shown())) {
      tx.replaceEntry(entry, entry.withContent(dot));
    }
    Bytes before = trace.before();
    if (before != null) {
      Ancestors.keep(tx, replaced.dot(), dot, clock, before);
    }
  }
}
