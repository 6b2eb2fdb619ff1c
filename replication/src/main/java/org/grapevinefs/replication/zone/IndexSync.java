// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.grapevinefs.replication.index.IndexFailure;

/**
 * Brings the index to disk: all that was promised up to the call. Calls that come together share
 * one sync. Thread-safe.
 */
final class IndexSync implements AutoCloseable {

  private final Runnable sync;
  private final BooleanSupplier isSynced;
  private final LongSupplier nanoTime;
  private final Consumer<RuntimeException> onFailure;
  private final ExecutorService beside;
  private final Object syncing = new Object();
  private long lastBegun = Long.MIN_VALUE / 2;

  /** What brings bytes to disk. */
  @FunctionalInterface
  interface BytesSync {
    /** Returns when they are there. */
    void run() throws IOException;
  }

  /**
   * Starts its thread.
   *
   * @param sync brings every commit so far to disk
   * @param isSynced whether that is known to be so
   * @param onFailure hears of a sync that failed, after which nothing is known of what is on disk
   */
  IndexSync(
      String zone,
      Runnable sync,
      BooleanSupplier isSynced,
      LongSupplier nanoTime,
      Consumer<RuntimeException> onFailure) {
    this.sync = sync;
    this.isSynced = isSynced;
    this.nanoTime = nanoTime;
    this.onFailure = onFailure;
    this.beside =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("index-" + zone).factory());
  }

  /** Brings the index to disk. */
  void run() throws IOException {
    upTo(nanoTime.getAsLong());
  }

  /**
   * Brings bytes and the index to disk side by side, for when neither speaks of the other yet: on
   * one disk the two mostly cost as much as one.
   */
  void with(BytesSync bytes) throws IOException {
    if (isSynced.getAsBoolean()) {
      bytes.run();
      return;
    }
    long asked = nanoTime.getAsLong();
    Callable<Boolean> upToNow =
        () -> {
          upTo(asked);
          return true;
        };
    Future<Boolean> index = beside.submit(upToNow);
    try {
      bytes.run();
    } finally {
      await(index);
    }
  }

  private static void await(Future<Boolean> index) throws IOException {
    try {
      index.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("stopped while waiting for a sync");
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      // With its own reason: that the disk is full is another answer than that it is broken.
      throw cause instanceof IOException failed
          ? new IOException(failed.getMessage(), failed.getCause())
          : new IOException(cause);
    }
  }

  private void upTo(long asked) throws IOException {
    synchronized (syncing) {
      if (lastBegun - asked > 0) {
        return;
      }
      long begun = nanoTime.getAsLong();
      try {
        sync.run();
      } catch (RuntimeException e) {
        // What a full disk did not take is still in memory, and is written when there is room; and
        // one that was closed meanwhile says nothing of its disk.
        if (!(e instanceof IndexFailure failure && !failure.isBroken())) {
          onFailure.accept(e);
        }
        throw new IOException("the index could not be brought to disk", e);
      }
      lastBegun = begun;
    }
  }

  /** Ends its thread; what was begun is ended. */
  @Override
  public void close() {
    beside.close();
  }
}
