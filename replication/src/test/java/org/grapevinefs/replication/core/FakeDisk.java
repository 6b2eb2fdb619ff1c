// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Carries out settle plans as a zone would, for a disk that always works and bytes at hand. */
final class FakeDisk {

  private static final int MOST_ROUNDS = 200;

  private final Replica replica;

  FakeDisk(Replica replica) {
    this.replica = replica;
  }

  /** Settles all that can be; every content counts as fetched. Returns how many were looked at. */
  int settleAll() {
    int looked = 0;
    for (int round = 0; round < MOST_ROUNDS; round++) {
      List<FileId> ids = replica.nextUnsettled(null, Integer.MAX_VALUE);
      if (ids.isEmpty()) {
        return looked;
      }
      boolean progress = settleTogether(ids);
      for (FileId id : ids) {
        looked++;
        progress |= settle(id);
      }
      if (!progress) {
        moveOneAside(ids);
      }
    }
    throw new AssertionError(
        "does not settle: " + replica.nextUnsettled(null, 10).stream().map(replica::plan).toList());
  }

  /** Settles those of which nothing else is in play; they are looked at once more after it. */
  private boolean settleTogether(List<FileId> ids) {
    SettleBatch batch = replica.settleMany();
    List<SettlePlan> plans =
        ids.stream().map(batch::plan).filter(plan -> plan.isFinal() && !plan.isSettled()).toList();
    plans.forEach(plan -> batch.carriedOut(plan, 0));
    batch.commit();
    for (SettlePlan plan : plans) {
      if (!replica.plan(plan.id()).isSettled()) {
        throw new AssertionError("not settled: " + replica.plan(plan.id()));
      }
    }
    return !plans.isEmpty();
  }

  private boolean settle(FileId id) {
    SettlePlan plan = replica.plan(id);
    if (plan.dirty()) {
      throw new AssertionError("dirty");
    }
    if (!plan.first().isEmpty()) {
      return false;
    }
    Map<FileId, Content.Regular> held = new HashMap<>();
    plan.fetch().forEach(content -> held.put(content.shown(), content.wanted()));
    keepHeld(plan, held);
    replica.settled(id, plan.want(), held);
    if (!replica.plan(id).isSettled()) {
      throw new AssertionError("not settled: " + replica.plan(id));
    }
    return true;
  }

  /** Held values that name the same bytes under the new dot. */
  private void keepHeld(SettlePlan plan, Map<FileId, Content.Regular> held) {
    Inode inode = replica.inode(plan.id());
    for (Entry entry : plan.want()) {
      Dot dot = entry.content();
      if (inode != null && dot != null && inode.content(dot) instanceof Content.Regular value) {
        held.put(entry.shown(), value);
      }
    }
  }

  private void moveOneAside(List<FileId> ids) {
    for (FileId id : ids) {
      SettlePlan plan = replica.plan(id);
      List<Entry> right = new ArrayList<>(plan.have());
      right.retainAll(plan.want());
      if (right.size() < plan.have().size()) {
        Map<FileId, Content.Regular> held = new HashMap<>();
        plan.have()
            .forEach(e -> {
              Content.Regular bytes = replica.held(e.shown());
              if (bytes != null) {
                held.put(e.shown(), bytes);
              }
            });
        replica.settled(id, right, held);
        return;
      }
    }
    throw new AssertionError("stuck: " + ids.stream().map(replica::plan).toList());
  }
}
