// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.grapevinefs.replication.core.Progress;
import org.grapevinefs.replication.core.PullResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has large pulls merged piece by piece: by whoever took one in, or after a start in the midst of
 * one by the zone's thread. Others get the zone's lock in between.
 */
final class Installs {

  private static final Logger LOG = LoggerFactory.getLogger(Installs.class);
  private static final long FOR_OTHERS_NANOS = 200_000;

  private final ZoneState zone;
  private final Filling filling;
  private final AtomicBoolean driven = new AtomicBoolean();
  private volatile boolean stopped;
  private boolean resumed;

  Installs(ZoneState zone, Filling filling) {
    this.zone = zone;
    this.filling = filling;
  }

  /** Merges all that is left; false if the zone is closed first. */
  boolean run() {
    driven.set(true);
    begin();
    try {
      while (!stopped) {
        if (!step()) {
          return true;
        }
      }
      return false;
    } finally {
      driven.set(false);
    }
  }

  /** Goes on with what was under way at the start; whether there was anything. */
  boolean resume() {
    if (driven.get() || stopped || !zone.replica.isInstalling()) {
      return false;
    }
    if (!resumed) {
      resumed = true;
      begin();
    }
    if (!step()) {
      zone.versionChanged();
    }
    return true;
  }

  private void begin() {
    Progress at = zone.replica.installed();
    if (at != null) {
      filling.begin(Filling.Step.MERGING, at.of());
    }
  }

  private boolean step() {
    PullResult result;
    Progress at;
    zone.lock.lock();
    try {
      if (stopped) {
        return true;
      }
      result = zone.replica.install();
      at = zone.replica.installed();
      zone.forgetAll();
    } finally {
      zone.lock.unlock();
    }
    if (at == null) {
      filling.begin(Filling.Step.SHOWING, zone.replica.counts().unsettled());
    } else {
      filling.done(at.done());
    }
    result.alarms().forEach(alarm -> LOG.warn("zone {}: {}", zone.name, alarm));
    if (zone.lock.hasQueuedThreads()) {
      LockSupport.parkNanos(FOR_OTHERS_NANOS);
    }
    return result.more();
  }

  /** Merges nothing more: the zone is being closed. */
  void stop() {
    stopped = true;
  }
}
