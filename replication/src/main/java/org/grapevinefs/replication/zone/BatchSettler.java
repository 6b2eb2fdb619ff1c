// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.PendingContent;
import org.grapevinefs.replication.core.ReplicaException;
import org.grapevinefs.replication.core.SettleBatch;
import org.grapevinefs.replication.core.SettlePlan;
import org.grapevinefs.replication.core.Shown;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The usual case of settling, many at once: files of which nothing but themselves is in play, and
 * whose bytes, if they need any, are on the shelf. Each needs one plan, and all of them one batch.
 * What is not usual is left to the {@link Settler}.
 */
final class BatchSettler {

  private static final Logger LOG = LoggerFactory.getLogger(BatchSettler.class);
  private static final int FEWEST = 16;
  private static final int MOST = 256;

  /** The zone's lock is not held for much longer than this. */
  private static final long LONG_NANOS = 8_000_000;

  private final ZoneState zone;
  private final Staging staging;
  private final Placement placement;
  private final SwapNote swaps;
  private final PutOff putOff;
  private int size = FEWEST;

  BatchSettler(
      ZoneState zone, Staging staging, Placement placement, SwapNote swaps, PutOff putOff) {
    this.zone = zone;
    this.staging = staging;
    this.placement = placement;
    this.swaps = swaps;
    this.putOff = putOff;
  }

  /** How many to settle at once now. */
  int size() {
    return size;
  }

  /** A plan on its way. */
  private record Step(SettlePlan plan, Map<FileId, Content.Regular> held, long intent) {}

  /**
   * Settles those that are usual.
   *
   * @param changed gets the ids of all that changed
   * @return those that are not, or could not be settled
   */
  List<FileId> settle(List<FileId> ids, Set<FileId> changed) throws IOException {
    List<FileId> left = new ArrayList<>();
    List<OpenStates.Held> locks = new ArrayList<>(ids.size());
    List<Step> done = List.of();
    long begun = zone.nanoTime.getAsLong();
    try {
      for (FileId id : ids) {
        OpenStates.Held held = zone.files.tryAlone(id);
        if (held == null) {
          left.add(id);
        } else {
          locks.add(held);
        }
      }
      zone.lock.lock();
      try {
        done = settleLocked(locks, left);
      } finally {
        zone.lock.unlock();
      }
    } finally {
      for (OpenStates.Held held : locks) {
        zone.files.release(held.state(), false);
        held.close();
      }
    }
    adapt(ids.size(), zone.nanoTime.getAsLong() - begun);
    for (Step step : done) {
      changed.add(step.plan.id());
      step.plan.want().forEach(entry -> changed.add(entry.directory()));
      step.plan.have().forEach(entry -> changed.add(entry.directory()));
    }
    return left;
  }

  private void adapt(int count, long nanos) {
    if (nanos > LONG_NANOS) {
      size = Math.max(FEWEST, size / 2);
    } else if (count == size && nanos < LONG_NANOS / 2) {
      size = Math.min(MOST, size * 2);
    }
  }

  private List<Step> settleLocked(List<OpenStates.Held> locks, List<FileId> left)
      throws IOException {
    SettleBatch batch = zone.replica.settleMany();
    List<SettlePlan> plans = new ArrayList<>();
    for (OpenStates.Held held : locks) {
      FileId id = held.state().id;
      SettlePlan plan = batch.plan(id);
      if (isUsual(plan, held.state())) {
        plans.add(plan);
      } else {
        left.add(id);
      }
    }
    List<Step> steps = noted(batch, plans);
    List<Step> done = new ArrayList<>();
    for (Step step : steps) {
      try {
        place(step);
        done.add(step);
      } catch (IOException e) {
        var _ = zone.noteFull(e);
        putOff.tell(step.plan.id(), e);
      }
    }
    if (!done.isEmpty()) {
      note(batch, done);
    }
    return done;
  }

  private boolean isUsual(SettlePlan plan, OpenState state) {
    return plan.isFinal()
        && (state.dirty == null || state.gone != null)
        && plan.want().stream().allMatch(entry -> entry.shown().equals(plan.id()))
        && plan.have().stream().allMatch(entry -> entry.shown().equals(plan.id()))
        && plan.fetch().stream().allMatch(one -> staging.has(Transfers.key(one)));
  }

  /** The plans with notes of the contents to be swapped in, which a crash must find. */
  private List<Step> noted(SettleBatch batch, List<SettlePlan> plans) throws IOException {
    List<byte[]> notes = new ArrayList<>();
    List<Map<FileId, Content.Regular>> contents = new ArrayList<>();
    for (SettlePlan plan : plans) {
      Map<FileId, Content.Regular> held = HashMap.newHashMap(1);
      for (PendingContent content : plan.fetch()) {
        held.put(content.shown(), content.wanted());
      }
      contents.add(held);
      if (!held.isEmpty()) {
        notes.add(swaps.note(plan, held));
      }
    }
    List<Long> intents = notes.isEmpty() ? List.of() : batch.putIntents(notes);
    List<Step> steps = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < plans.size(); i++) {
      long intent = contents.get(i).isEmpty() ? 0 : intents.get(next++);
      steps.add(new Step(plans.get(i), contents.get(i), intent));
    }
    return steps;
  }

  private void place(Step step) throws IOException {
    SettlePlan plan = step.plan;
    if (plan.want().isEmpty()) {
      placement.lastName(plan.id(), plan.type());
    }
    placement.carryOut(plan, step.held);
    if (plan.want().isEmpty()) {
      placement.dropAside(plan.id());
    }
  }

  private void note(SettleBatch batch, List<Step> done) {
    try {
      done.forEach(step -> batch.carriedOut(step.plan, step.intent));
      // Before the batch: a crash between the two leaves them to be settled again.
      done.forEach(step -> describe(step.plan, batch.shown(step.plan.id())));
      batch.commit().keySet().forEach(zone::forget);
    } catch (ReplicaException e) {
      // One of them does not fit: the others must not be as if nothing had happened on disk.
      LOG.warn("zone {}: settled one by one: {}", zone.name, e.toString());
      done.forEach(this::noteAlone);
    }
    for (Step step : done) {
      zone.forget(step.plan.id());
      zone.formerNames.note(step.plan);
    }
  }

  private void noteAlone(Step step) {
    try {
      SettlePlan plan = step.plan;
      zone.forget(zone.replica.settled(plan.id(), plan.want(), step.held));
      describe(plan, zone.replica.shown(plan.id()));
      if (step.intent != 0) {
        zone.replica.dropIntent(step.intent);
      }
    } catch (ReplicaException e) {
      putOff.tell(step.plan.id(), e);
    }
  }

  private void describe(SettlePlan plan, @Nullable Shown shown) {
    try {
      placement.describe(plan.want(), shown);
    } catch (IOException e) {
      LOG.warn(
          "zone {}: {} is not as it should be on disk: {}", zone.name, plan.id(), e.toString());
    }
  }
}
