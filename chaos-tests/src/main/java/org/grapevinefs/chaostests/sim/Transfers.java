// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.grapevinefs.replication.core.ByteRange;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.Entry;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.Inode;
import org.grapevinefs.replication.core.PendingContent;
import org.grapevinefs.replication.core.RangeMap;

/** How the bytes of large contents come over: stretch by stretch, from any node that has them. */
final class Transfers {

  private final World world;

  Transfers(World world) {
    this.world = world;
  }

  /** Fetches what a node lacks, as far as the links to others hold. */
  void fetch(SimNode self, List<SimNode> reachable) {
    for (PendingContent pending : self.replica().pendingContents(null, 1_000)) {
      if (!self.staged.containsKey(pending.wanted().dot())) {
        fetch(self, pending, reachable);
      }
    }
  }

  private void fetch(SimNode self, PendingContent pending, List<SimNode> reachable) {
    FileId base = pending.base();
    int[] from = base == null ? null : self.bytes(base);
    int[] cells = SimSettler.assemble(world, pending, from == null ? new int[0] : from);
    for (ByteRange range : pending.missing()) {
      for (RangeMap.Range part : pending.wanted().ranges().ranges()) {
        long start = Math.max(range.offset(), part.offset());
        long end = Math.min(range.end(), part.end());
        Dot dot = part.dot();
        if (start < end && dot != null) {
          ByteRange stretch = ByteRange.between(start, end);
          if (!takeFromAny(reachable, pending.source(), stretch, dot, cells)) {
            return;
          }
        }
      }
    }
    int[] wanted = world.ledger.bytes(pending.wanted().dot());
    if (!Arrays.equals(wanted, cells) && !world.is(Mutant.WRONG_BYTES_TAKEN)) {
      throw new Violation(
          "no fabrication",
          "%s put %s together as %s, it was written as %s (ranges %s)"
              .formatted(
                  self,
                  pending.wanted().dot(),
                  Arrays.toString(cells),
                  Arrays.toString(wanted),
                  pending.wanted().ranges()));
    }
    world.tell("%s fetched %s", self.name, pending.wanted().dot());
    self.staged.put(pending.wanted().dot(), cells);
  }

  private boolean takeFromAny(
      List<SimNode> nodes, FileId source, ByteRange stretch, Dot dot, int[] into) {
    for (SimNode node : nodes) {
      if (takeFromStaged(node, source, stretch, dot, into)) {
        return true;
      }
      List<FileId> places = new ArrayList<>(List.of(source));
      for (Entry entry : node.entries()) {
        if (entry.source().equals(source)) {
          places.add(entry.shown());
        }
      }
      Inode inode = node.replica().inode(source);
      for (FileId place : places) {
        Content.Regular held = node.replica().held(place);
        int[] bytes = node.bytes(place);
        boolean shows =
            held != null
                && (held.ranges().shows(stretch, dot)
                    || (inode != null && inode.isGivenBy(held, stretch, dot))
                    || world.is(Mutant.WRONG_BYTES_TAKEN));
        if (shows && bytes != null && bytes.length >= stretch.end()) {
          System.arraycopy(
              bytes, (int) stretch.offset(), into, (int) stretch.offset(), (int) stretch.length());
          return true;
        }
      }
    }
    return false;
  }

  /** From a content that is whole but waits to show, for a name or for another content. */
  private static boolean takeFromStaged(
      SimNode node, FileId source, ByteRange stretch, Dot dot, int[] into) {
    Inode inode = node.replica().inode(source);
    for (Content content : inode == null ? List.<Content>of() : inode.contents()) {
      int[] bytes = node.staged.get(content.dot());
      boolean shows =
          content instanceof Content.Regular regular && regular.ranges().shows(stretch, dot);
      if (shows && bytes != null) {
        System.arraycopy(
            bytes, (int) stretch.offset(), into, (int) stretch.offset(), (int) stretch.length());
        return true;
      }
    }
    return false;
  }

  /** A content whose only holders lost their disks comes back from a backup of theirs. */
  void fetchFromBackup(SimNode self, boolean atLast) {
    Swarm swarm = world.swarm;
    boolean disksGetLost =
        swarm.wipes() + swarm.restores() + swarm.clones() > 0 || world.membership.changes();
    for (PendingContent pending : self.replica().pendingContents(null, 1_000)) {
      Dot dot = pending.wanted().dot();
      if (disksGetLost) {
        self.staged.put(dot, world.ledger.bytes(dot).clone());
      } else if (atLast && !self.staged.containsKey(dot)) {
        throw new Violation("bytes are kept", self + " can get " + pending + " from nobody");
      }
    }
  }
}
