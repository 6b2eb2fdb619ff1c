// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.time.Duration;
import org.grapevinefs.gossip.GossipService;
import org.grapevinefs.gossip.Health;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node does every few seconds: it tries again to open zones that could not be, since disks
 * come late, and tells its peers how it is.
 */
final class Upkeep implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

  private final Thread thread;

  private Upkeep(Runnable turn, Duration every) {
    this.thread = Thread.ofPlatform().daemon().name("upkeep").unstarted(() -> run(turn, every));
  }

  static Upkeep start(ZoneTable zones, Doubts doubts, GossipService gossip, Duration every) {
    Restarts restarts = new Restarts();
    Upkeep upkeep = new Upkeep(() -> turn(zones, restarts, doubts, gossip), every);
    upkeep.thread.start();
    return upkeep;
  }

  private static void turn(
      ZoneTable zones, Restarts restarts, Doubts doubts, GossipService gossip) {
    zones.retryFailed();
    zones.reopen(restarts::isDue);
    boolean readOnly =
        zones.all().stream()
            .anyMatch(zone ->
                zone instanceof ServedZone.Held held && held.replica().status().fault() != null);
    gossip.setHealth(new Health(doubts.isDiskLow(), readOnly, false));
  }

  private static void run(Runnable turn, Duration every) {
    try {
      while (true) {
        Thread.sleep(every);
        try {
          turn.run();
        } catch (RuntimeException e) {
          // A zone that fails must not end the care for all others.
          LOG.warn("the regular look at the zones broke off: {}", e.toString(), e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
