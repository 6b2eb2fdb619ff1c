// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import java.util.concurrent.CountDownLatch;

/** A program that runs until it is told to stop, and then stops cleanly with status 0. */
final class Foreground {
  private Foreground() {}

  /** Stops {@code running} when the process is told to end; SIGTERM and Ctrl-C are no failure. */
  static void untilStopped(AutoCloseable running) {
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(() -> {
                  int status = Grapevine.DONE;
                  try {
                    running.close();
                  } catch (Exception e) {
                    System.err.println("grapevine: did not stop cleanly: " + e.getMessage());
                    status = Grapevine.COULD_NOT;
                  }
                  System.out.flush();
                  System.err.flush();
                  Runtime.getRuntime().halt(status);
                }));
  }

  /** Waits for ever: the process ends by a signal. */
  static void await() throws InterruptedException {
    new CountDownLatch(1).await();
  }
}
