// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.sim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.Entry;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.PendingContent;
import org.grapevinefs.replication.core.RangeMap;
import org.grapevinefs.replication.core.Replica;
import org.grapevinefs.replication.core.SettleBatch;
import org.grapevinefs.replication.core.SettlePlan;

/** Brings a node's disk after its registers, as the real zone does with real files. */
final class SimSettler {

  private static final int DEEPEST = 40;

  private final World world;
  private final SimNode node;
  private final Replica replica;
  private final Set<FileId> underWay = new HashSet<>();

  SimSettler(SimNode node) {
    this.world = node.world;
    this.node = node;
    this.replica = node.replica();
  }

  /** Works through what is unsettled, at most so many; returns how many were brought in order. */
  int run(int most) {
    int settled = 0;
    if (replica.isInstalling()) {
      return settled;
    }
    for (FileId id : replica.nextUnsettled(null, most)) {
      settled += settle(id, 0) ? 1 : 0;
    }
    return settled;
  }

  private boolean settle(FileId id, int depth) {
    if (depth > DEEPEST || !underWay.add(id)) {
      return false;
    }
    try {
      SettlePlan plan = replica.plan(id);
      boolean waits = !world.is(Mutant.SHOWN_WITHOUT_CONTENT);
      Map<Dot, int[]> built = build(plan.fetch());
      if (waits && built.size() < plan.fetch().size()) {
        return false;
      }
      if (!plan.first().isEmpty()) {
        plan.first().forEach(first -> settle(first, depth + 1));
        plan = replica.plan(id);
      }
      if (!plan.first().isEmpty()) {
        plan.first().forEach(first -> makeWay(first, id));
        plan = replica.plan(id);
      }
      if (!plan.first().isEmpty() || plan.dirty()) {
        return false;
      }
      built = build(plan.fetch());
      if (waits && built.size() < plan.fetch().size()) {
        return false;
      }
      carryOut(plan, built);
      return true;
    } finally {
      underWay.remove(id);
    }
  }

  /**
   * Takes an inode that stands in the way off its names; it stays unsettled and keeps its bytes.
   */
  private void makeWay(FileId occupant, FileId wanting) {
    List<Entry> want = replica.plan(wanting).want();
    List<Entry> have = replica.plan(occupant).have();
    List<Entry> left = new ArrayList<>(have);
    left.removeIf(entry ->
        want.stream()
            .anyMatch(other ->
                other.directory().equals(entry.directory()) && other.name().equals(entry.name())));
    if (left.size() == have.size()) {
      return;
    }
    Map<FileId, Content.Regular> held = new HashMap<>();
    for (Entry entry : have) {
      Content.Regular content = replica.held(entry.shown());
      if (content != null) {
        held.put(entry.shown(), content);
      }
    }
    replica.settled(occupant, left, held);
    node.absorb();
  }

  /** The contents that can be had: from what is held, and what was fetched. */
  private Map<Dot, int[]> build(List<PendingContent> wanted) {
    Map<Dot, int[]> built = new HashMap<>();
    for (PendingContent pending : wanted) {
      int[] fetched = node.staged.get(pending.wanted().dot());
      FileId base = pending.base();
      if (fetched != null) {
        built.put(pending.wanted().dot(), fetched);
      } else if (pending.missing().isEmpty()) {
        int[] from = base == null ? null : node.bytes(base);
        built.put(
            pending.wanted().dot(), assemble(world, pending, from == null ? new int[0] : from));
      }
    }
    return built;
  }

  /** A content made of the stretches of another. */
  static int[] assemble(World world, PendingContent pending, int[] base) {
    int[] cells = new int[(int) pending.wanted().size()];
    Content.Regular held = pending.held();
    boolean same =
        world.is(Mutant.HOLES_NOT_PUNCHED) || (held != null && held.sameBytes(pending.wanted()));
    int at = 0;
    for (RangeMap.Range range : pending.wanted().ranges().ranges()) {
      for (at = (int) range.offset(); at < range.end(); at++) {
        boolean copied = (range.dot() != null || same) && at < base.length;
        cells[at] = copied ? base[at] : 0;
      }
    }
    return cells;
  }

  private void carryOut(SettlePlan plan, Map<Dot, int[]> built) {
    Map<FileId, Content.Regular> held = new LinkedHashMap<>();
    Map<FileId, int[]> bytes = new LinkedHashMap<>();
    for (PendingContent pending : plan.fetch()) {
      held.put(pending.shown(), pending.wanted());
      int[] cells = built.get(pending.wanted().dot());
      if (cells != null) {
        bytes.put(pending.shown(), cells);
      }
    }
    Set<FileId> stay = new HashSet<>();
    plan.want().forEach(entry -> stay.add(entry.shown()));
    for (Entry entry : plan.have()) {
      if (!stay.contains(entry.shown())) {
        node.dropBytes(entry.shown());
      }
    }
    if (plan.want().isEmpty()) {
      node.dropBytes(plan.id());
    }
    bytes.forEach(node::putBytes);
    note(plan, held, built.size() == plan.fetch().size());
    node.absorb();
    plan.fetch().forEach(pending -> node.staged.remove(pending.wanted().dot()));
    for (Entry entry : plan.want()) {
      if (entry.type() == FileType.REGULAR && node.bytes(entry.shown()) == null) {
        throw new Violation("whole contents", node + " shows " + entry + " without its bytes");
      }
    }
    world.tell("%s settled %s as %s", node.name, plan.id(), plan.want());
    node.verifyDisk();
  }

  /** Notes what is on disk now: as one of a batch, if nothing is left to find out. */
  private void note(SettlePlan plan, Map<FileId, Content.Regular> held, boolean whole) {
    if (!plan.isFinal() || !whole) {
      replica.settled(plan.id(), plan.want(), held);
      return;
    }
    SettleBatch batch = replica.settleMany();
    batch.carriedOut(batch.plan(plan.id()), 0);
    batch.commit();
    if (!replica.plan(plan.id()).isSettled()) {
      throw new Violation("settled", node + " has more to do: " + replica.plan(plan.id()));
    }
  }
}
