// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.grapevinefs.replication.volume.SnapshotName;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what {@link BeforeRemoving} kept: after 30 days, when there are too many, and the oldest
 * as soon as the zone needs the room. One at a time, each only after the room of the one before is
 * back. Others' snapshots are not touched.
 */
final class SnapshotKeeping {

  /** How long a snapshot is kept. */
  static final Duration KEPT = Duration.ofDays(30);

  /** The most that are kept. */
  static final int MOST = 16;

  private static final Logger LOG = LoggerFactory.getLogger(SnapshotKeeping.class);
  private static final long BETWEEN_MINUTES = 1;
  private static final long LEAST_FREE_PERCENT = 2;
  private static final long MOST_WAIT_TO_END = 5_000;

  private final ZoneSnapshots snapshots;
  private final InstantSource time;
  private final Consumer<String> say;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition asked = lock.newCondition();
  private final Thread thread;
  private boolean needsRoom;
  private volatile @Nullable Instant failed;
  private boolean closing;

  SnapshotKeeping(String zone, ZoneSnapshots snapshots, InstantSource time, Consumer<String> say) {
    this.snapshots = snapshots;
    this.time = time;
    this.say = say;
    this.thread = Thread.ofPlatform().daemon().name("snapshots-" + zone).unstarted(this::run);
  }

  void start() {
    if (snapshots.possible()) {
      thread.start();
    }
  }

  /**
   * Has room made, since the disk is full or the zone's quota used up on it; false if nothing is
   * left to be deleted, or could not be just now. Returns at once: the room comes within seconds.
   */
  boolean makeRoom() {
    if (!snapshots.possible()) {
      return false;
    }
    lock.lock();
    try {
      if (!needsRoom && !closing && !isStuck() && !ours().isEmpty()) {
        needsRoom = true;
        asked.signal();
      }
      return needsRoom && !closing;
    } finally {
      lock.unlock();
    }
  }

  /** Whoever waits for room must hear that there is none if nothing can be deleted. */
  private boolean isStuck() {
    Instant last = failed;
    Instant now = time.instant();
    return last != null
        && !last.isAfter(now)
        && last.plus(Duration.ofMinutes(BETWEEN_MINUTES)).isAfter(now);
  }

  private List<SnapshotName> ours() {
    try {
      return BeforeRemoving.ours(snapshots.list());
    } catch (IOException e) {
      LOG.warn("the snapshots cannot be listed: {}", e.toString());
      return List.of();
    }
  }

  private void run() {
    while (true) {
      turn();
      lock.lock();
      try {
        if (!needsRoom && !closing) {
          var _ = asked.await(BETWEEN_MINUTES, TimeUnit.MINUTES);
        }
        if (closing) {
          return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } finally {
        lock.unlock();
      }
    }
  }

  /** Deletes what is due. */
  void turn() {
    List<SnapshotName> left = new ArrayList<>(ours());
    Instant old = time.instant().minus(KEPT);
    while (!left.isEmpty() && left.getFirst().taken().isBefore(old)) {
      SnapshotName name = left.removeFirst();
      delete(name, "was kept for %d days".formatted(KEPT.toDays()));
    }
    while (left.size() > MOST) {
      SnapshotName name = crowded(left);
      left.remove(name);
      delete(name, "was one of more than %d".formatted(MOST));
    }
    if (!left.isEmpty() && isWanted()) {
      delete(left.getFirst(), "went, since its room is needed");
    }
    lock.lock();
    try {
      needsRoom = false;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The one that others stand for best: it follows closest on the one before. The first and the
   * last stay, so a delete that goes on and on does not push out what was there before it.
   */
  static SnapshotName crowded(List<SnapshotName> many) {
    SnapshotName best = many.get(1);
    Duration least = null;
    for (int i = 1; i < many.size() - 1; i++) {
      Duration gap = Duration.between(many.get(i - 1).taken(), many.get(i).taken());
      if (least == null || gap.compareTo(least) < 0) {
        least = gap;
        best = many.get(i);
      }
    }
    return best;
  }

  private boolean isWanted() {
    lock.lock();
    try {
      if (needsRoom) {
        return true;
      }
    } finally {
      lock.unlock();
    }
    try {
      return snapshots.freePercent() < LEAST_FREE_PERCENT;
    } catch (IOException e) {
      LOG.debug("the volume does not tell its room", e);
      return false;
    }
  }

  private void delete(SnapshotName name, String why) {
    try {
      snapshots.delete(name);
      failed = null;
      say.accept("snapshot %s %s and is deleted".formatted(name, why));
    } catch (IOException e) {
      failed = time.instant();
      LOG.warn("snapshot {} {} and cannot be deleted: {}", name, why, e.toString());
    }
  }

  /** Ends it; a deletion that has begun goes on in the file system by itself. */
  void close() {
    lock.lock();
    try {
      closing = true;
      asked.signal();
    } finally {
      lock.unlock();
    }
    if (!thread.isAlive()) {
      return;
    }
    // It may be waiting for room to come back.
    thread.interrupt();
    try {
      thread.join(MOST_WAIT_TO_END);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
