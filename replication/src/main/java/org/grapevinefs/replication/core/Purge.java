// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.grapevinefs.replication.proto.KnowledgeRecord;
import org.jspecify.annotations.Nullable;

/**
 * The end of tombstones. One may go when every member is known to know it, and this replica knows
 * all that they knew then: so nothing made apart from it can still come. All its numbers raise the
 * horizon, and who does not know all below the horizon is answered in FULL.
 */
final class Purge {

  private static final int BATCH = 10_000;

  private final Context context;

  Purge(Context context) {
    this.context = context;
  }

  @Nullable Knowledge peer(String member) {
    byte[] bytes = context.store.reader().get(Table.PEER, Keys.text(member));
    return bytes == null ? null : Codec.knowledge(Codec.parsed(KnowledgeRecord.parser(), bytes));
  }

  void peerKnows(String member, Knowledge knowledge) {
    Knowledge before = peer(member);
    if (before != null && knowledge.equals(before)) {
      return;
    }
    Batch batch = new Batch();
    batch.put(Table.PEER, Keys.text(member), Codec.stored(Codec.knowledge(knowledge)));
    // Lost, it only keeps what could be purged; and it comes after all that others wait for.
    context.store.note(batch);
  }

  /**
   * Purges what may go; {@code olderThan} is a clock below which all may. Returns how many went.
   */
  int run(Collection<String> otherMembers, long olderThan) {
    if (context.state.installing != null) {
      return 0;
    }
    Transaction tx = context.begin();
    Knowledge everyone = knownByAll(tx.state.knowledge, otherMembers);
    Set<FileId> onWays = waysOfFallenBack(tx);
    int purged = 0;
    for (FileId id : tx.reads.ids(Table.TOMBSTONE, BATCH)) {
      Inode inode = tx.inode(id);
      boolean needed = onWays.contains(id) || tx.reads.has(Table.UNSETTLED, id);
      if (inode == null || needed || !mayGo(tx, inode)) {
        continue;
      }
      Set<Dot> all = inode.dots();
      boolean known = all.stream().allMatch(everyone::covers);
      if (known || inode.latestClock() < olderThan) {
        // Also what is not a deletion: who does not know it may think that something outlived them.
        all.forEach(dot -> tx.state.horizon = tx.state.horizon.with(dot));
        tx.putInode(id, inode, null);
        tx.forgetLocal(id);
        purged++;
      }
    }
    if (purged > 0) {
      context.commit(tx, false);
    }
    return purged;
  }

  /**
   * What decides where directories fall back to whose moves made a cycle. A deleted directory on
   * such a cycle has nothing in it, but without it there were no cycle, and the one that fell back
   * would show elsewhere: purging must change nothing that shows.
   */
  private static Set<FileId> waysOfFallenBack(Transaction tx) {
    Set<FileId> looked = new HashSet<>();
    List<FileId> showing = tx.state.undone.keySet().stream().filter(tx::isListed).toList();
    Cycles.undone(
        showing,
        id -> {
          looked.add(id);
          return tx.inode(id);
        });
    return looked;
  }

  private static boolean mayGo(Transaction tx, Inode inode) {
    return !inode.isAlive()
        && tx.reads.placed(inode.id()).isEmpty()
        && !(inode.isDirectory() && tx.anyChild(inode.id(), child -> true));
  }

  private Knowledge knownByAll(Knowledge mine, Collection<String> members) {
    Map<Origin, Long> least = new java.util.TreeMap<>(mine.asMap());
    for (String member : members) {
      Knowledge theirs = peer(member);
      if (theirs == null || !mine.includes(theirs)) {
        return Knowledge.NONE;
      }
      least.replaceAll((origin, seq) -> Math.min(seq, theirs.get(origin)));
    }
    return Knowledge.of(least);
  }
}
