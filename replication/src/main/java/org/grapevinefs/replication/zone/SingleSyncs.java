// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Brings single contents of few bytes to disk, in the thread that will then rename them into the
 * tree.
 *
 * <p>In that thread because of Btrfs: on a disk that it takes for a spinning one an fsync waits for
 * the next timer tick (4 to 10 ms) whenever another thread has written to the log of the subvolume
 * since its last sync ({@code btrfs_sync_log}, {@code BTRFS_ROOT_MULTI_LOG_TASKS}), and a rename of
 * a file that was synced writes to it.
 *
 * <p>Only while that thread has nothing else to do: when many contents come, a sync takes long, and
 * the thread is what all of them wait for.
 */
final class SingleSyncs {

  /** With more than this to write, an fsync would keep the thread from others' files for long. */
  private static final long MOST_BYTES = 1 << 20;

  /** Of more at once, one sync of the file system is quicker. */
  private static final int MOST_SINGLE = 6;

  private final BooleanSupplier idle;
  private final Runnable wake;
  private final Sync all;
  private final Consumer<Exception> failed;
  private final ReentrantLock lock = new ReentrantLock();
  private List<Job> jobs = new ArrayList<>();
  private boolean closed;

  /** Brings something to disk. */
  @FunctionalInterface
  interface Sync {
    void run() throws IOException;
  }

  /** A file to be synced; whoever waits hears whether it is on disk. */
  private record Job(Sync sync, CompletableFuture<Boolean> done) {}

  /**
   * Nothing asked for yet.
   *
   * @param idle whether the thread that runs this has nothing to do
   * @param wake called when there is something for {@link #run}
   * @param all syncs the whole file system
   * @param failed hears of a sync that failed
   */
  SingleSyncs(BooleanSupplier idle, Runnable wake, Sync all, Consumer<Exception> failed) {
    this.idle = idle;
    this.wake = wake;
    this.all = all;
    this.failed = failed;
  }

  /** Whether a file with so many bytes to write is best synced here, now. */
  boolean takes(long bytes) {
    return bytes <= MOST_BYTES && idle.getAsBoolean();
  }

  /**
   * Has a file synced soon. The answer is false if it is not on disk and will not be: the zone is
   * being closed, or its disk has failed, which is known by then.
   */
  CompletableFuture<Boolean> ask(Sync file) {
    Job job = new Job(file, new CompletableFuture<>());
    lock.lock();
    try {
      if (closed) {
        job.done().complete(false);
        return job.done();
      }
      jobs.add(job);
    } finally {
      lock.unlock();
    }
    wake.run();
    return job.done();
  }

  /** Syncs what was asked for; the zone's thread calls it. */
  void run() {
    for (List<Job> some = taken(); !some.isEmpty(); some = taken()) {
      boolean onDisk = synced(some);
      some.forEach(job -> job.done().complete(onDisk));
    }
  }

  private List<Job> taken() {
    lock.lock();
    try {
      List<Job> some = jobs;
      jobs = new ArrayList<>();
      return some;
    } finally {
      lock.unlock();
    }
  }

  private boolean synced(List<Job> some) {
    try {
      if (some.size() > MOST_SINGLE) {
        all.run();
      } else {
        for (Job job : some) {
          job.sync().run();
        }
      }
      return true;
    } catch (IOException | RuntimeException e) {
      // Never tried again: what the kernel still has of it may be thrown away by now.
      failed.accept(e);
      return false;
    }
  }

  /** Nothing is synced any more. */
  void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    taken().forEach(job -> job.done().complete(false));
  }
}
