// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A share of a thread pool for each key, in turn.
 *
 * <p>A key (a peer, a zone) has at most {@code width} tasks running and {@code depth} waiting;
 * after each task the key goes to the end of the line. So one that asks for much, or whose tasks
 * are slow, takes its own share and no more.
 */
final class FairExecutor<K> {
  private static final Logger LOG = LoggerFactory.getLogger(FairExecutor.class);

  private static final class Share {
    final Queue<Runnable> waiting = new ArrayDeque<>();
    int running;
    boolean inLine;
  }

  private final ExecutorService pool;
  private final int threads;
  private final int width;
  private final int depth;
  private final Map<K, Share> shares = new HashMap<>();
  private final Queue<K> line = new ArrayDeque<>();
  private int running;

  FairExecutor(ExecutorService pool, int threads, int width, int depth) {
    this.pool = pool;
    this.threads = threads;
    this.width = width;
    this.depth = depth;
  }

  /** Runs a task in the key's turn; false if the key has too many waiting. */
  boolean tryExecute(K key, Runnable task) {
    synchronized (this) {
      Share share = shares.computeIfAbsent(key, k -> new Share());
      if (share.waiting.size() >= depth) {
        return false;
      }
      share.waiting.add(task);
      enter(key, share);
    }
    dispatch();
    return true;
  }

  private void enter(K key, Share share) {
    if (!share.inLine && !share.waiting.isEmpty() && share.running < width) {
      share.inLine = true;
      line.add(key);
    }
  }

  private void dispatch() {
    while (true) {
      K key;
      Runnable task;
      synchronized (this) {
        if (running >= threads || line.isEmpty()) {
          return;
        }
        key = line.remove();
        Share share = shares.get(key);
        if (share == null) {
          continue;
        }
        share.inLine = false;
        task = share.waiting.remove();
        share.running++;
        running++;
        enter(key, share);
      }
      try {
        pool.execute(() -> run(key, task));
      } catch (RejectedExecutionException e) {
        // The pool is closing: so is everything that could have waited for this task.
        finished(key);
        return;
      }
    }
  }

  private void run(K key, Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.error("a task for {} failed", key, e);
    } finally {
      finished(key);
      dispatch();
    }
  }

  private synchronized void finished(K key) {
    running--;
    Share share = shares.get(key);
    if (share != null) {
      share.running--;
      enter(key, share);
      if (share.running == 0 && share.waiting.isEmpty()) {
        shares.remove(key);
      }
    }
  }
}
