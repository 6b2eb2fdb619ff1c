// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.grapevinefs.replication.peer.TestMesh.await;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Shares of a pool, and waits between attempts. */
class FairExecutorTest {
  private final ExecutorService pool = Executors.newCachedThreadPool();
  private final FairExecutor<String> fair = new FairExecutor<>(pool, 2, 1, 3);
  private final CountDownLatch gate = new CountDownLatch(1);

  @AfterEach
  void close() {
    gate.countDown();
    pool.shutdown();
  }

  private void block() {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void keyThatBlocks_leavesRoomForAnother() {
    List<String> done = new CopyOnWriteArrayList<>();
    assertThat(fair.tryExecute("slow", this::block)).isTrue();
    assertThat(fair.tryExecute("slow", () -> done.add("slow"))).isTrue();
    assertThat(fair.tryExecute("quick", () -> done.add("quick"))).isTrue();
    await().until(() -> done.contains("quick"));
    assertThat(done).doesNotContain("slow");
    gate.countDown();
    await().until(() -> done.contains("slow"));
  }

  @Test
  void keyWithTooMuchWaiting_isTurnedAway() {
    assertThat(fair.tryExecute("slow", this::block)).isTrue();
    for (int i = 0; i < 3; i++) {
      assertThat(fair.tryExecute("slow", this::block)).isTrue();
    }
    assertThat(fair.tryExecute("slow", this::block)).isFalse();
  }

  @Test
  void backoff_doublesUpToItsBound() {
    Backoff backoff = new Backoff(100, 1000, new SplittableRandom(1));
    assertThat(backoff.failed()).isBetween(50L, 100L);
    assertThat(backoff.failed()).isBetween(100L, 200L);
    for (int i = 0; i < 100; i++) {
      assertThat(backoff.failed()).isBetween(50L, 1000L);
    }
    backoff.succeeded();
    assertThat(backoff.failed()).isBetween(50L, 100L);
  }
}
