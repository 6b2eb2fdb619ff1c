// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.grapevinefs.replication.core.Change;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Counts;
import org.grapevinefs.replication.core.Entry;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.PendingContent;
import org.grapevinefs.replication.core.ReplicaException;
import org.grapevinefs.replication.core.SettlePlan;
import org.jspecify.annotations.Nullable;
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

  /** So many that wait for bytes are remembered; others are looked at again. */
  private static final int MOST_WAITING = 100_000;

  /** After so long others get their turn. */
  private static final long TURN_NANOS = 20_000_000;

  private static final long LEAST_REST_NANOS = 500_000_000;
  private static final long REST_FACTOR = 50;

  private final ZoneState zone;
  private final Versions versions;
  private final Transfers transfers;
  private final Staging staging;
  private final Placement placement;
  private final SwapNote swaps;
  private final PutOff putOff;
  private final BatchSettler batches;
  private final Set<FileId> look = ConcurrentHashMap.newKeySet();
  private final Queue<FileId> ready = new ConcurrentLinkedQueue<>();

  private final Queue<FileId> changedHere = new ConcurrentLinkedQueue<>();

  /** What waits for bytes only. */
  private final Set<FileId> waiting = ConcurrentHashMap.newKeySet();

  private volatile boolean again = true;
  private @Nullable Walk walk;
  private long nextThorough;

  Settler(ZoneState zone, Versions versions, Transfers transfers, Staging staging) {
    this.zone = zone;
    this.versions = versions;
    this.transfers = transfers;
    this.staging = staging;
    this.placement = new Placement(zone, staging);
    this.swaps = new SwapNote(zone, staging);
    this.putOff = new PutOff(zone);
    this.batches = new BatchSettler(zone, staging, placement, swaps, putOff);
    this.nextThorough = zone.nanoTime.getAsLong();
  }

  /** Notes that names may be other than they should be: the next pass looks at all that are not. */
  void lookAtAll() {
    again = true;
  }

  /** Notes inodes that only wait for bytes which are on their way to the shelf. */
  void bytesComing(Collection<FileId> ids) {
    waiting.addAll(ids);
  }

  /** Has inodes settled for which contents have come. */
  void contentReady(Collection<FileId> ids) {
    ready.addAll(ids);
  }

  /** Has what waits for bytes looked at again, since it changed here. */
  void changedHere(FileId id) {
    changedHere.add(id);
    again = true;
  }

  /** Whether no pass is under way that {@link #pass} only interrupted. */
  boolean isAtStart() {
    return walk == null;
  }

  /**
   * Settles what can be, for a moment; whether it stopped only because the moment is over. What
   * waits for bytes is not looked at again until some come, or now and then.
   */
  boolean pass() throws IOException {
    if (zone.replica.isInstalling()) {
      // What is known now of names may only be the half of it.
      again = true;
      return false;
    }
    long end = zone.nanoTime.getAsLong() + TURN_NANOS;
    for (List<FileId> some = some(ready); !some.isEmpty(); some = some(ready)) {
      some.forEach(waiting::remove);
      triedTogether(some);
      // What waited for its name or its directory can go on now.
      again = true;
      if (zone.nanoTime.getAsLong() - end >= 0) {
        return true;
      }
    }
    for (List<FileId> some = some(look); !some.isEmpty(); some = some(look)) {
      some.forEach(waiting::remove);
      triedTogether(some);
      if (zone.nanoTime.getAsLong() - end >= 0) {
        return true;
      }
    }
    if (walk == null) {
      walk = begin();
    }
    if (!walked(walk, end)) {
      return true;
    }
    end(walk);
    walk = null;
    return again || !ready.isEmpty() || !look.isEmpty();
  }

  /** Takes as many as are settled at once. */
  private List<FileId> some(Collection<FileId> from) {
    Set<FileId> some = new LinkedHashSet<>();
    Iterator<FileId> each = from.iterator();
    while (some.size() < batches.size() && each.hasNext()) {
      some.add(each.next());
      each.remove();
    }
    return List.copyOf(some);
  }

  /** A walk over all that is unsettled, again and again while that helps. */
  private static final class Walk {
    final List<Staging.Key> shelf;
    final List<StagedContent> begun;
    final boolean thorough;
    final boolean all;
    final long start;
    List<FileId> page = List.of();
    int next;
    @Nullable FileId after;
    boolean progress;
    int round;

    Walk(
        List<Staging.Key> shelf,
        List<StagedContent> begun,
        boolean all,
        boolean thorough,
        long start) {
      this.shelf = shelf;
      this.begun = begun;
      this.all = all;
      this.thorough = thorough;
      this.start = start;
    }
  }

  private Walk begin() {
    long now = zone.nanoTime.getAsLong();
    boolean thorough = now - nextThorough >= 0;
    // Of very many that only wait for bytes, none is looked at for every other that has come.
    Counts counts = zone.replica.counts();
    boolean all = thorough || (again && counts.unsettled() > counts.pending());
    again = false;
    for (FileId id = changedHere.poll(); id != null; id = changedHere.poll()) {
      waiting.remove(id);
    }
    if (thorough) {
      waiting.clear();
    }
    return new Walk(staging.keys(), transfers.underWay(), all, thorough, now);
  }

  /** Goes on with a walk; false if the moment is over first. */
  private boolean walked(Walk walk, long end) throws IOException {
    while (walk.all && walk.round < MOST_ROUNDS) {
      if (walk.next == walk.page.size()) {
        walk.page = page(walk.after);
        walk.next = 0;
        if (walk.page.isEmpty()) {
          if (!walk.progress) {
            return true;
          }
          walk.progress = false;
          walk.after = null;
          walk.round++;
          continue;
        }
        walk.after = walk.page.getLast();
      }
      List<FileId> some = new ArrayList<>();
      while (walk.next < walk.page.size() && some.size() < batches.size()) {
        FileId id = walk.page.get(walk.next++);
        if (!waiting.contains(id)) {
          some.add(id);
        }
      }
      walk.progress |= triedTogether(some);
      if (zone.nanoTime.getAsLong() - end >= 0) {
        return false;
      }
    }
    return true;
  }

  private void end(Walk walk) throws IOException {
    if (walk.thorough) {
      long now = zone.nanoTime.getAsLong();
      nextThorough = now + Math.max(LEAST_REST_NANOS, REST_FACTOR * (now - walk.start));
    }
    if (page(null).isEmpty()) {
      // Nothing waits for what lay there, or was being built, when this walk began.
      for (Staging.Key stale : walk.shelf) {
        staging.discard(stale);
      }
      for (StagedContent stale : walk.begun) {
        transfers.drop(stale);
      }
    }
    if (staging.isIdle()) {
      zone.tree.tidy();
    }
  }

  private List<FileId> page(@Nullable FileId after) {
    zone.lock.lock();
    try {
      return zone.replica.nextUnsettled(after, PAGE);
    } finally {
      zone.lock.unlock();
    }
  }

  /** Settles many, those that are usual at once; whether anything moved. */
  private boolean triedTogether(List<FileId> ids) throws IOException {
    Set<FileId> changed = new HashSet<>();
    List<FileId> left;
    try {
      left = batches.settle(ids, changed);
    } catch (ReplicaException e) {
      LOG.warn("zone {}: settling one by one: {}", zone.name, e.toString());
      left = ids;
    }
    Set<FileId> settled = new HashSet<>(ids);
    left.forEach(settled::remove);
    look.removeAll(settled);
    changed.forEach(zone::changed);
    boolean progress = left.size() < ids.size();
    for (FileId id : left) {
      progress |= tried(id);
    }
    return progress;
  }

  /** One failure must not keep the others from being settled. */
  private boolean tried(FileId id) {
    try {
      return settle(id, new HashSet<>());
    } catch (IOException | ReplicaException e) {
      var _ = zone.noteFull(e);
      putOff.tell(id, e);
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
        if (plan.waits()) {
          return false;
        }
        if (plan.isSettled()) {
          settledAlready(plan);
          return true;
        }
        if (versioned(plan)) {
          continue;
        }
        if (plan.first().isEmpty()) {
          if (!staged(plan)) {
            if (waiting.size() < MOST_WAITING) {
              waiting.add(id);
            }
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
        // In this order: a crash between the two leaves it to be settled again.
        shownIds(plan).forEach(zone::forget);
        placement.describe(plan.have());
        note(plan, plan.have(), Map.of());
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
      boolean onShelf =
          built != null
              && built.finish() == ContentSink.Outcome.HELD
              && staging.has(Transfers.key(content));
      if (!onShelf) {
        // Perhaps only not on disk yet: it comes back when it is.
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
        if (!zone.replica.plan(plan.id()).equals(plan) || writtenTo(locks)) {
          return false;
        }
        carryOut(plan);
      } finally {
        zone.lock.unlock();
      }
    } finally {
      locks.forEach(OpenStates.Held::close);
    }
    carried(plan);
    return true;
  }

  private static boolean writtenTo(List<OpenStates.Held> locks) {
    return locks.stream().anyMatch(held -> held.state().dirty != null && held.state().gone == null);
  }

  /** Makes the disk follow a plan, and notes it; under the locks of its files and of the zone. */
  private void carryOut(SettlePlan plan) throws IOException {
    Map<FileId, Content.Regular> held = new HashMap<>();
    for (PendingContent content : plan.fetch()) {
      held.put(content.shown(), content.wanted());
    }
    lastNames(plan);
    long intent = swaps.write(plan, held);
    placement.carryOut(plan, held);
    note(plan, plan.want(), held);
    zone.formerNames.note(plan);
    dropAsides(plan);
    placement.describe(plan.want());
    zone.replica.dropIntent(intent);
  }

  private void carried(SettlePlan plan) {
    look.remove(plan.id());
    changed(plan);
  }

  /** Files that are about to lose their last name stay readable for who has them open. */
  private void lastNames(SettlePlan plan) throws IOException {
    if (plan.type() == FileType.DIRECTORY) {
      return;
    }
    for (FileId shown : shownIds(plan)) {
      if (plan.want().stream().noneMatch(entry -> entry.shown().equals(shown))) {
        placement.lastName(shown, plan.type());
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
        if (zone.replica.isInstalling()) {
          return false;
        }
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
