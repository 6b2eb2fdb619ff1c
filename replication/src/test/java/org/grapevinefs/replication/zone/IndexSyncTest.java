// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class IndexSyncTest {

  private static final long MOST_SECONDS = 30;

  private final List<RuntimeException> failures = new ArrayList<>();
  private final AtomicInteger syncs = new AtomicInteger();
  private volatile boolean synced;

  private IndexSync open(Runnable sync) {
    return new IndexSync("z", sync, () -> synced, System::nanoTime, failures::add);
  }

  @Test
  void with_bytes_goesToDiskBesideThem() throws Exception {
    CyclicBarrier both = new CyclicBarrier(2);
    try (IndexSync index = open(() -> meet(both))) {
      // Each waits for the other: one after the other they would never end.
      index.with(() -> meet(both));
    }
    assertThat(both.isBroken()).isFalse();
  }

  private static void meet(CyclicBarrier barrier) {
    try {
      barrier.await(MOST_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void with_anIndexThatIsOnDisk_syncsTheBytesAlone() throws Exception {
    synced = true;
    AtomicInteger bytes = new AtomicInteger();
    try (IndexSync index = open(syncs::incrementAndGet)) {
      index.with(bytes::incrementAndGet);
    }
    assertThat(bytes).hasValue(1);
    assertThat(syncs).hasValue(0);
  }

  @Test
  void with_anIndexThatCannotBeSynced_failsThoughTheBytesAreThere() {
    RuntimeException broken = new IllegalStateException("broken disk");
    try (IndexSync index =
        open(() -> {
          throw broken;
        })) {
      assertThatThrownBy(() -> index.with(syncs::incrementAndGet))
          .isInstanceOf(IOException.class)
          .cause()
          .isSameAs(broken);
    }
    assertThat(syncs).hasValue(1);
    assertThat(failures).containsExactly(broken);
  }

  @Test
  void with_bytesThatCannotBeSynced_fails() {
    try (IndexSync index = open(syncs::incrementAndGet)) {
      assertThatThrownBy(() ->
              index.with(() -> {
                throw new IOException("broken disk");
              }))
          .hasMessage("broken disk");
    }
    assertThat(failures).isEmpty();
  }
}
