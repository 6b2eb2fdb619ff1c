// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class JoinedSyncTest {

  private static final int CALLERS = 8;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch first = new CountDownLatch(1);
  private final AtomicInteger syncs = new AtomicInteger();

  @AfterEach
  void close() {
    first.countDown();
    threads.shutdownNow();
  }

  private void sync() throws IOException {
    if (syncs.incrementAndGet() == 1) {
      try {
        first.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
  }

  /** One sync under way, and callers who came after it began. */
  private List<Future<?>> gather(JoinedSync joined) {
    List<Future<?>> callers = new ArrayList<>();
    callers.add(start(joined));
    Awaitility.await().until(() -> syncs.get() == 1);
    List<Thread> waiting = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      callers.add(
          threads.submit(() -> {
            synchronized (waiting) {
              waiting.add(Thread.currentThread());
            }
            joined.join();
            return null;
          }));
    }
    Awaitility.await()
        .until(() -> {
          synchronized (waiting) {
            return waiting.size() == CALLERS
                && waiting.stream().allMatch(t -> t.getState() == Thread.State.WAITING);
          }
        });
    return callers;
  }

  private Future<?> start(JoinedSync joined) {
    return threads.submit(() -> {
      joined.join();
      return null;
    });
  }

  @Test
  void join_whileOneIsUnderWay_sharesTheNext() throws Exception {
    List<Future<?>> callers = gather(new JoinedSync(this::sync));
    first.countDown();
    for (Future<?> caller : callers) {
      caller.get(30, TimeUnit.SECONDS);
    }
    assertThat(syncs).hasValue(2);
  }

  @Test
  void join_oneAfterTheOther_syncsEachTime() throws Exception {
    first.countDown();
    JoinedSync joined = new JoinedSync(this::sync);
    joined.join();
    joined.join();
    assertThat(syncs).hasValue(2);
  }

  @Test
  void join_afterOneFailed_failsForAllAndIsNotTriedAgain() {
    JoinedSync joined =
        new JoinedSync(() -> {
          sync();
          throw new IOException("no disk");
        });
    List<Future<?>> callers = gather(joined);
    first.countDown();
    for (Future<?> caller : callers) {
      assertThatThrownBy(() -> caller.get(30, TimeUnit.SECONDS)).hasRootCauseMessage("no disk");
    }
    assertThatThrownBy(joined::join).hasMessageContaining("no disk");
    assertThat(syncs).hasValue(1);
  }
}
