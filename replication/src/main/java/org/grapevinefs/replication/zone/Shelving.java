// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.Inode;
import org.grapevinefs.replication.volume.OpenFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last step of a content on its way in: whole and checked contents are brought to disk, and
 * only then put on the shelf, from which the settler takes them.
 *
 * <p>One thread sees to it; what comes meanwhile waits for the next turn and shares its sync. So a
 * content that comes alone is there after one fsync of it (by {@link SingleSyncs}, while that can
 * be), and of twenty thousand that come at once hundreds share a sync of the file system.
 */
final class Shelving {

  private static final Logger LOG = LoggerFactory.getLogger(Shelving.class);

  /** So many in a turn are synced each by itself; and so many may wait with their file open. */
  private static final int SINGLE_SYNCS = 6;

  private static final int MOST_WAITING = 32_768;

  /** So many are put on the shelf while the zone's lock is held. */
  private static final int PAGE = 256;

  /**
   * A sync writes much that the next one writes again. So when this many came together, more are
   * let gather before the next sync, for so many times as long as the last one took; but of large
   * ones, whose bytes take long, not so long that others wait for it.
   */
  private static final int MANY = 256;

  private static final int GATHERED = 3;
  private static final long MOST_GATHERED_NANOS = 500_000_000;

  private static final Duration MOST_WAIT_TO_END = Duration.ofSeconds(30);

  private final ZoneState zone;
  private final Staging staging;
  private final SingleSyncs syncs;
  private final Consumer<List<FileId>> shelved;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Condition enough = lock.newCondition();
  private final Set<Staging.Key> under = ConcurrentHashMap.newKeySet();
  private final Thread thread;
  private List<Done> queue = new ArrayList<>();
  private int syncing;
  private boolean closing;

  /** Of the shelving thread: until when contents are let gather. */
  private long gatherUntil;

  /** A content that is whole, with so many bytes to write; its file is open while few wait. */
  private record Done(
      FileId source, Staging.Key key, EntryName name, @Nullable OpenFile file, long bytes) {}

  /**
   * Shelving that has not begun.
   *
   * @param shelved hears of the inodes whose contents are on the shelf
   */
  Shelving(ZoneState zone, Staging staging, SingleSyncs syncs, Consumer<List<FileId>> shelved) {
    this.zone = zone;
    this.staging = staging;
    this.syncs = syncs;
    this.shelved = shelved;
    this.gatherUntil = zone.nanoTime.getAsLong();
    this.thread = Thread.ofPlatform().daemon().name("shelf-" + zone.name).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Whether a content is on its way to the shelf. */
  boolean has(Staging.Key key) {
    return under.contains(key);
  }

  /**
   * Takes a whole content; its file is closed here, if it is not closed already.
   *
   * @param bytes how many of them may have to be written to disk
   */
  void add(FileId source, Staging.Key key, EntryName name, @Nullable OpenFile file, long bytes)
      throws IOException {
    lock.lock();
    try {
      while (queue.size() >= MOST_WAITING && !closing) {
        changed.awaitUninterruptibly();
      }
      boolean few = queue.size() < SINGLE_SYNCS && !closing;
      if (!few && file != null) {
        file.close();
      }
      if (closing) {
        return;
      }
      under.add(key);
      queue.add(new Done(source, key, name, few ? file : null, bytes));
      changed.signalAll();
      if (queue.size() >= MOST_WAITING) {
        enough.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until what was added before is on the shelf; false if the time is over first. */
  boolean await(Duration most) throws InterruptedException {
    long left = most.toNanos();
    lock.lock();
    try {
      while ((syncing > 0 || !queue.isEmpty()) && left > 0 && !closing) {
        left = changed.awaitNanos(left);
      }
      return syncing == 0 && queue.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    while (true) {
      List<Done> turn;
      lock.lock();
      try {
        syncing = 0;
        changed.signalAll();
        awaitTurn();
        turn = queue;
        queue = new ArrayList<>();
        syncing = turn.size();
        if (closing) {
          turn.forEach(Shelving::close);
          return;
        }
      } finally {
        lock.unlock();
      }
      shelve(turn);
    }
  }

  private void awaitTurn() {
    while (queue.isEmpty() && !closing) {
      changed.awaitUninterruptibly();
    }
    long left = gatherUntil - zone.nanoTime.getAsLong();
    while (left > 0 && queue.size() < MOST_WAITING && !closing) {
      try {
        left = enough.awaitNanos(left);
      } catch (InterruptedException e) {
        return; // Nobody does that; no harm in syncing now.
      }
    }
  }

  private void shelve(List<Done> turn) {
    try {
      if (!synced(turn)) {
        return;
      }
      for (int from = 0; from < turn.size(); from += PAGE) {
        put(turn.subList(from, Math.min(turn.size(), from + PAGE)));
      }
      shelved.accept(turn.stream().map(Done::source).toList());
    } catch (IOException | RuntimeException e) {
      // Never tried again: what the kernel still has of it may be thrown away by now.
      zone.fail("contents could not be brought to disk", new IOException(e));
    } finally {
      turn.forEach(done -> under.remove(done.key()));
      turn.forEach(Shelving::close);
    }
  }

  /** Puts contents on the shelf that are wanted still. */
  private void put(List<Done> some) throws IOException {
    // Under the lock nothing moves from the shelf into the tree.
    zone.lock.lock();
    try {
      for (Done done : some) {
        if (isWanted(done)) {
          staging.put(done.key(), done.name());
        } else {
          staging.remove(done.name());
        }
        under.remove(done.key());
      }
    } finally {
      zone.lock.unlock();
    }
  }

  /** Whether a content was neither superseded meanwhile nor came into the tree another way. */
  private boolean isWanted(Done done) {
    Dot dot = done.key().content();
    Inode inode = zone.replica.inode(done.source());
    Content.Regular held = zone.replica.held(done.key().shown());
    return inode != null
        && inode.contents().stream().anyMatch(content -> content.dot().equals(dot))
        && (held == null || !held.dot().equals(dot));
  }

  /** Whether all are on disk now; else the zone is being closed, or its disk has failed. */
  private boolean synced(List<Done> turn) throws IOException {
    if (turn.size() > SINGLE_SYNCS || turn.stream().anyMatch(done -> done.file() == null)) {
      long begun = zone.nanoTime.getAsLong();
      zone.tree.sync();
      long end = zone.nanoTime.getAsLong();
      long gather = Math.min(GATHERED * (end - begun), MOST_GATHERED_NANOS);
      gatherUntil = turn.size() < MANY ? end : end + gather;
      return true;
    }
    List<CompletableFuture<Boolean>> asked = new ArrayList<>();
    for (Done done : turn) {
      OpenFile file = done.file();
      if (file != null && syncs.takes(done.bytes())) {
        asked.add(syncs.ask(file::sync));
      } else if (file != null) {
        file.sync();
      }
    }
    return asked.stream().allMatch(CompletableFuture::join);
  }

  private static void close(Done done) {
    OpenFile file = done.file();
    if (file != null) {
      try {
        file.close();
      } catch (IOException e) {
        LOG.debug("{} is not closed", done.name(), e);
      }
    }
  }

  /** Ends it; what is not on the shelf is fetched again another time. */
  void close() {
    lock.lock();
    try {
      closing = true;
      changed.signalAll();
      enough.signal();
    } finally {
      lock.unlock();
    }
    try {
      thread.join(MOST_WAIT_TO_END);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
