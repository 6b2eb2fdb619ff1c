// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.grapevinefs.gossip.GossipService;
import org.grapevinefs.gossip.ZoneId;
import org.grapevinefs.gossip.ZoneStatus;
import org.grapevinefs.replication.core.Knowledge;
import org.grapevinefs.replication.peer.ZoneAccess;
import org.grapevinefs.replication.zone.ZoneReplica;
import org.jspecify.annotations.Nullable;

/**
 * Tells gossip of a held zone's version: at once when it changes (peers with a connection hear it
 * even sooner), and once a second what is still to be fetched. Nothing is told before it is on
 * disk; so that a zone without other members is not brought there for nobody, the changes of a
 * second go together then.
 */
final class VersionTeller implements AutoCloseable {
  // What gossip repeats of an older version makes members wait for being asked, so not for long.
  private static final long TOGETHER_MILLIS = 20;
  private static final long ALONE_MILLIS = 1_000;
  private static final long AT_LEAST_MILLIS = 1_000;

  private final ZoneId id;
  private final ZoneReplica replica;
  private final GossipService gossip;
  private final ZoneAccess access;
  private final EventLog events;
  private final Semaphore changes = new Semaphore(1);
  private final AutoCloseable listening;
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile boolean closed;
  private @Nullable ZoneStatus told;

  VersionTeller(
      String zone, ZoneReplica replica, ZoneAccess access, GossipService gossip, EventLog events) {
    this.id = ZoneId.ofName(zone);
    this.replica = replica;
    this.access = access;
    this.gossip = gossip;
    this.events = events;
    this.listening = replica.onVersion(changes::release);
    // Bringing a version to disk pins a virtual thread, so each zone has a thread of its own.
    this.thread = Thread.ofPlatform().daemon().name("versions-" + zone).start(() -> tellAll(zone));
  }

  private void tellAll(String zone) {
    boolean failing = false;
    try {
      while (!closed) {
        var _ = changes.tryAcquire(AT_LEAST_MILLIS, TimeUnit.MILLISECONDS);
        changes.drainPermits();
        try {
          replica.takeAlarms().forEach(alarm -> events.error(zone, "", alarm));
          replica.takeWarnings().forEach(one -> events.warn(zone, "", one));
          replica.takeNews().forEach(one -> events.info(zone, "", one));
          tell();
          failing = false;
        } catch (IOException | RuntimeException e) {
          if (!failing && !closed) {
            events.error(zone, "", "its version cannot be told: " + e.getMessage());
          }
          failing = true;
        }
        long pause = access.members().size() > 1 ? TOGETHER_MILLIS : ALONE_MILLIS;
        if (closing.await(pause, TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell() throws IOException {
    Knowledge knowledge = replica.knowledge();
    var status = replica.status();
    // The state is of this moment only if the knowledge is: else the next turn tells it.
    if (status.knowledge().equals(knowledge)) {
      ZoneStatus now =
          new ZoneStatus(
              id,
              knowledge.sum(),
              knowledge.digest(),
              status.stateDigest(),
              status.counts().pending());
      if (!now.equals(told)) {
        gossip.publish(now);
        told = now;
      }
    } else {
      changes.release();
    }
  }

  @Override
  public void close() {
    closed = true;
    closing.countDown();
    changes.release();
    try {
      listening.close();
      thread.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      events.warn("", "", "a zone's listener did not end: " + e.getMessage());
    }
    gossip.withdraw(id);
  }
}
