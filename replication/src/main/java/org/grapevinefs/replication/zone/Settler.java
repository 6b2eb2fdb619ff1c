// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.grapevinefs.replication.core.Change;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Entry;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.PendingContent;
import org.grapevinefs.replication.core.ReplicaException;
import org.grapevinefs.replication.core.SettlePlan;
import org.grapevinefs.replication.core.Shown;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one who makes the disk follow the registers after a pull: inode by inode, parents before
 * children, occupants of a wanted name before the one that wants it. What waits for bytes waits;
 * the rest goes on.
 */
final class Settler {

  private static final Logger LOG = LoggerFactory.getLogger(Settler.class);
  private static final int PAGE = 512;
  private static final int MOST_ROUNDS = 32;
  private static final int MOST_TRIES = 8;
  private static final int DEEPEST = 400;

  private final ZoneState zone;
  private final Versions versions;
  private final Transfers transfers;
  private final Staging staging;
  private final Placement placement;
  private final SwapNote swaps;
  private final Set<FileId> look = ConcurrentHashMap.newKeySet();

  Settler(ZoneState zone, Versions versions, Transfers transfers, Staging staging) {
    this.zone = zone;
    this.versions = versions;
    this.transfers = transfers;
    this.staging = staging;
    this.placement = new Placement(zone, staging);
    this.swaps = new SwapNote(zone, staging);
  }

  /** Settles all that can be. */
  void pass() throws IOException {
    List<Staging.Key> shelf = staging.keys();
    List<StagedContent> begun = transfers.underWay();
    boolean progress = true;
    for (int round = 0; progress && round < MOST_ROUNDS; round++) {
      progress = false;
      FileId after = null;
      List<FileId> page = page(after);
      while (!page.isEmpty()) {
        for (FileId id : page) {
          progress |= tried(id);
        }
        after = page.getLast();
        page = page(after);
      }
    }
    for (FileId id : List.copyOf(look)) {
      tried(id);
      look.remove(id);
    }
    if (page(null).isEmpty()) {
      // Nothing waits for what lay there, or was being built, when this pass began.
      for (Staging.Key stale : shelf) {
        staging.discard(stale);
      }
      for (StagedContent stale : begun) {
        transfers.drop(stale);
      }
    }
    if (staging.isIdle()) {
      zone.tree.tidy();
    }
  }

  private List<FileId> page(@org.jspecify.annotations.Nullable FileId after) {
    zone.lock.lock();
    try {
      return zone.replica.nextUnsettled(after, PAGE);
    } finally {
      zone.lock.unlock();
    }
  }

  /** One failure must not keep the others from being settled. */
  private boolean tried(FileId id) {
    try {
      return settle(id, new HashSet<>());
    } catch (IOException | ReplicaException e) {
      LOG.warn("zone {}: {} cannot be settled yet: {}", zone.name, id, e.toString());
      return false;
    }
  }

  private SettlePlan plan(FileId id) {
    zone.lock.lock();
    try {
      return zone.replica.plan(id);
    } finally {
      zone.lock.unlock();
    }
  }

  /** Settles an inode and what must be settled before it; whether anything moved. */
  private boolean settle(FileId id, Set<FileId> path) throws IOException {
    if (path.size() > DEEPEST || !path.add(id)) {
      return false;
    }
    try {
      for (int attempt = 0; attempt < MOST_TRIES; attempt++) {
        SettlePlan plan = plan(id);
        if (plan.isSettled()) {
          settledAlready(plan);
          return true;
        }
        if (versioned(plan)) {
          continue;
        }
        if (plan.first().isEmpty()) {
          if (!staged(plan)) {
            return false;
          }
          if (carriedOut(plan)) {
            return true;
          }
          continue;
        }
        boolean moved = false;
        for (FileId first : plan.first()) {
          moved |= settle(first, path);
        }
        if (!moved && !movedAside(plan, path)) {
          return false;
        }
      }
      return false;
    } finally {
      path.remove(id);
    }
  }

  /** Nothing moves, but its attributes may be others. */
  private void settledAlready(SettlePlan plan) throws IOException {
    zone.lock.lock();
    try {
      if (zone.replica.plan(plan.id()).isSettled()) {
        note(plan, plan.have(), Map.of());
        placement.describe(plan.have());
        dropAsides(plan);
      }
    } finally {
      zone.lock.unlock();
    }
    look.remove(plan.id());
    changed(plan);
  }

  private void dropAsides(SettlePlan plan) throws IOException {
    for (FileId shown : shownIds(plan)) {
      if (plan.want().stream().noneMatch(entry -> entry.shown().equals(shown))) {
        placement.dropAside(shown);
      }
    }
  }

  /** Has inodes looked at whose names may be right, but not their attributes. */
  void look(Collection<FileId> ids) {
    look.addAll(ids);
  }

  private static Set<FileId> shownIds(SettlePlan plan) {
    Set<FileId> ids = new TreeSet<>(List.of(plan.id()));
    plan.want().forEach(entry -> ids.add(entry.shown()));
    plan.have().forEach(entry -> ids.add(entry.shown()));
    return ids;
  }

  /** Makes versions of what was written here meanwhile; whether there was anything. */
  private boolean versioned(SettlePlan plan) {
    boolean any = plan.dirty();
    for (FileId shown : shownIds(plan)) {
      OpenState state = zone.files.find(shown);
      if (state != null && state.dirty != null && state.gone == null) {
        versions.makeNow(shown);
        any = true;
      }
    }
    return any;
  }

  /** Whether all bytes are on the shelf; what can be taken from held contents is built here. */
  private boolean staged(SettlePlan plan) throws IOException {
    for (PendingContent content : plan.fetch()) {
      if (staging.has(Transfers.key(content))) {
        continue;
      }
      if (!content.missing().isEmpty()) {
        return false;
      }
      StagedContent built = transfers.stage(content);
      if (built == null || built.finish() != ContentSink.Outcome.HELD) {
        return false;
      }
    }
    return true;
  }

  private boolean carriedOut(SettlePlan plan) throws IOException {
    List<OpenStates.Held> locks = new ArrayList<>();
    try {
      if (plan.type() != FileType.DIRECTORY) {
        for (FileId shown : shownIds(plan)) {
          locks.add(zone.files.alone(shown));
        }
      }
      zone.lock.lock();
      try {
        boolean stale =
            !zone.replica.plan(plan.id()).equals(plan)
                || locks.stream()
                    .anyMatch(held -> held.state().dirty != null && held.state().gone == null);
        if (stale) {
          return false;
        }
        Map<FileId, Content.Regular> held = new HashMap<>();
        for (PendingContent content : plan.fetch()) {
          held.put(content.shown(), content.wanted());
        }
        lastNames(plan);
        long intent = swaps.write(plan, held);
        placement.carryOut(plan, held);
        note(plan, plan.want(), held);
        if (intent != 0) {
          zone.replica.dropIntent(intent);
        }
        dropAsides(plan);
        placement.describe(plan.want());
      } finally {
        zone.lock.unlock();
      }
    } finally {
      locks.forEach(OpenStates.Held::close);
    }
    look.remove(plan.id());
    changed(plan);
    return true;
  }

  /** Files that are about to lose their last name stay readable for who has them open. */
  private void lastNames(SettlePlan plan) throws IOException {
    if (plan.type() == FileType.DIRECTORY) {
      return;
    }
    for (FileId shown : shownIds(plan)) {
      boolean stays = plan.want().stream().anyMatch(entry -> entry.shown().equals(shown));
      OpenState state = zone.files.find(shown);
      if (stays || state == null) {
        continue;
      }
      Shown last = zone.find(shown);
      if (state.isOpen() && last != null && plan.type() == FileType.REGULAR) {
        zone.open(state).close();
        state.gone = last;
      } else {
        zone.files.release(state, true);
      }
    }
  }

  private void note(SettlePlan plan, List<Entry> onDisk, Map<FileId, Content.Regular> held) {
    zone.lock.lock();
    try {
      Change change = zone.replica.settled(plan.id(), onDisk, held);
      zone.forget(change);
      zone.forget(plan.id());
    } finally {
      zone.lock.unlock();
    }
  }

  private void changed(SettlePlan plan) {
    Set<FileId> told = new HashSet<>(shownIds(plan));
    plan.want().forEach(entry -> told.add(entry.directory()));
    plan.have().forEach(entry -> told.add(entry.directory()));
    told.forEach(zone::changed);
  }

  /** Breaks a ring of names that each wait for the next: one of them steps aside. */
  private boolean movedAside(SettlePlan plan, Set<FileId> path) throws IOException {
    for (Entry want : plan.want()) {
      Entry occupant = zone.replica.lookup(want.directory(), want.name());
      boolean inTheRing =
          occupant != null
              && !occupant.source().equals(plan.id())
              && path.contains(occupant.source());
      if (occupant == null || !inTheRing) {
        continue;
      }
      zone.lock.lock();
      try {
        if (!occupant.equals(zone.replica.lookup(want.directory(), want.name()))) {
          return true;
        }
        placement.aside(occupant);
        SettlePlan its = zone.replica.plan(occupant.source());
        List<Entry> left = new ArrayList<>(its.have());
        left.remove(occupant);
        Content.Regular held = zone.replica.held(occupant.shown());
        note(its, left, held == null ? Map.of() : Map.of(occupant.shown(), held));
      } finally {
        zone.lock.unlock();
      }
      return true;
    }
    return false;
  }
}
