// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.volume;

import java.io.IOException;
import java.io.InterruptedIOException;
import org.jspecify.annotations.Nullable;

/**
 * A sync that all who wait share: while one is under way the others gather, and the next one speaks
 * for all of them, since it begins after each of them asked. Thread-safe.
 *
 * <p>One that failed fails for everybody from then on: the kernel may have thrown the pages away,
 * and a second call would say that all is well.
 */
final class JoinedSync {

  /** The sync itself. */
  @FunctionalInterface
  interface Sync {
    /** Brings to disk what was there when it began. */
    void run() throws IOException;
  }

  private final Sync sync;
  private long asked;
  private long done;
  private boolean running;
  private @Nullable IOException failure;

  JoinedSync(Sync sync) {
    this.sync = sync;
  }

  /** Returns when a sync that began after this call has ended. */
  void join() throws IOException {
    long upTo = lead();
    if (upTo == 0) {
      return;
    }
    IOException thrown = new IOException("a sync was broken off");
    try {
      sync.run();
      thrown = null;
    } catch (IOException e) {
      thrown = e;
      throw e;
    } finally {
      ended(upTo, thrown);
    }
  }

  /** How many this thread's sync will speak for; 0: it has been done. */
  private synchronized long lead() throws IOException {
    long mine = ++asked;
    while (running && done < mine) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("stopped while waiting for a sync");
      }
    }
    if (failure != null) {
      throw new IOException("an earlier sync failed: " + failure.getMessage(), failure);
    }
    if (done >= mine) {
      return 0;
    }
    running = true;
    return asked;
  }

  private synchronized void ended(long upTo, @Nullable IOException thrown) {
    running = false;
    failure = thrown;
    done = thrown == null ? upTo : done;
    notifyAll();
  }
}
