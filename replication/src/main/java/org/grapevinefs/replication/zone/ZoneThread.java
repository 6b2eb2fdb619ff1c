// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.grapevinefs.replication.core.FileId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of a zone: makes versions when they are due, brings small contents to disk,
 * settles what replication brought, syncs every second.
 */
final class ZoneThread implements ZoneState.Bell {

  private static final Logger LOG = LoggerFactory.getLogger(ZoneThread.class);
  private static final long SECOND = 1_000_000_000L;

  /** So often what is not settled is looked at, whatever the reason that it is not. */
  private static final long NUDGE = 2 * SECOND;

  private static final long MOST_WAIT_TO_END = 30_000;

  private final ZoneState zone;
  private final Versions versions;
  private final Settler settler;
  private final Merger merger;
  private final Installs installs;
  private final SingleSyncs syncs;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition news = lock.newCondition();
  private final Condition passed = lock.newCondition();
  private final Thread thread;
  private boolean work = true;
  private volatile boolean idle;
  private boolean closing;
  private long asked;
  private long answered;
  private long lastSync;
  private long lastNudge;

  ZoneThread(
      ZoneState zone,
      Versions versions,
      Settler settler,
      Merger merger,
      Installs installs,
      SingleSyncs syncs) {
    this.zone = zone;
    this.versions = versions;
    this.settler = settler;
    this.merger = merger;
    this.installs = installs;
    this.syncs = syncs;
    this.thread = Thread.ofPlatform().daemon().name("zone-" + zone.name).unstarted(this::run);
  }

  void start() {
    lastSync = zone.nanoTime.getAsLong();
    lastNudge = lastSync;
    thread.start();
  }

  @Override
  public void wake() {
    settler.lookAtAll();
    wakeUp();
  }

  @Override
  public void contentReady(Collection<FileId> ids) {
    settler.contentReady(ids);
    wakeUp();
  }

  @Override
  public void changedHere(FileId id) {
    settler.changedHere(id);
    wakeUp();
  }

  @Override
  public void syncAsked() {
    wakeUp();
  }

  @Override
  public boolean isIdle() {
    return idle;
  }

  private void wakeUp() {
    lock.lock();
    try {
      work = true;
      news.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a pass that begins after this call; whether all then shows that is known. */
  boolean settle(Duration most) throws InterruptedException {
    long left = most.toNanos();
    lock.lock();
    try {
      long mine = ++asked;
      settler.lookAtAll();
      work = true;
      news.signal();
      while (answered < mine && left > 0 && !closing) {
        left = passed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
    return zone.replica.counts().unsettled() == 0;
  }

  private void run() {
    long upTo = 0;
    while (true) {
      boolean settle;
      lock.lock();
      try {
        if (!work && !closing) {
          long wait = zone.files.hasDirty() ? zone.settings.quiet().toNanos() / 2 : SECOND / 2;
          idle = true;
          long left = news.awaitNanos(wait);
          idle = false;
          LOG.trace("woken with {} ns left", left);
        }
        if (closing) {
          passed.signalAll();
          return;
        }
        settle = work;
        work = false;
        upTo = settler.isAtStart() ? asked : upTo;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } finally {
        lock.unlock();
      }
      boolean more = pass(settle);
      lock.lock();
      try {
        work |= more;
        if (!more) {
          answered = Math.max(answered, upTo);
          passed.signalAll();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** Whether the settler has more to do at once. */
  private boolean pass(boolean settle) {
    boolean more = false;
    try {
      syncs.run();
      versions.makeDue();
      if (zone.fault() == null && installs.resume()) {
        settler.lookAtAll();
        more = true;
      } else if (settle && zone.fault() == null) {
        more = settler.pass();
      }
      merger.pass();
      long now = zone.nanoTime.getAsLong();
      if (now - lastSync >= SECOND) {
        lastSync = now;
        zone.reserve.refill();
        if (zone.fault() == null) {
          versions.makeDirectories();
          versions.syncIfChanged();
        }
        zone.files.trim();
        if (zone.replica.counts().unsettled() > 0 && now - lastNudge >= NUDGE) {
          lastNudge = now;
          settler.lookAtAll();
          more = true;
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      zone.noteBroken(e);
      // An error too: without this thread the zone would stand still and nobody be told.
      LOG.warn("zone {}: its work is put off: {}", zone.name, e.toString(), e);
    }
    return more;
  }

  /** Ends the thread after the work at hand. */
  void close() {
    lock.lock();
    try {
      closing = true;
      news.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      thread.join(MOST_WAIT_TO_END);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      LOG.warn(
          "zone {}: still at work after {} s",
          zone.name,
          TimeUnit.MILLISECONDS.toSeconds(MOST_WAIT_TO_END));
    }
  }
}
