// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.time.Duration;

/** Tries again, every few seconds, to open zones that could not be: disks come late, or fill up. */
final class Retries implements AutoCloseable {
  private final Thread thread;

  private Retries(ZoneTable zones, Duration every) {
    this.thread =
        Thread.ofPlatform().daemon().name("zone-retries").unstarted(() -> run(zones, every));
  }

  static Retries start(ZoneTable zones, Duration every) {
    Retries retries = new Retries(zones, every);
    retries.thread.start();
    return retries;
  }

  private static void run(ZoneTable zones, Duration every) {
    try {
      while (true) {
        Thread.sleep(every);
        zones.retryFailed();
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
