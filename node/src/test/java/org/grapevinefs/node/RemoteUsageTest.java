// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.grapevinefs.replication.fs.SpaceUsage;
import org.grapevinefs.replication.fs.ZoneError;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.fs.ZoneFileSystem;
import org.junit.jupiter.api.Test;

class RemoteUsageTest {
  private final AtomicInteger questions = new AtomicInteger();
  private final CountDownLatch hanging = new CountDownLatch(1);
  private final SpaceUsage usage = new SpaceUsage(100, 40, 10, 5);

  private interface Statfs {
    SpaceUsage answer() throws Exception;
  }

  /** A zone that can only be asked for its room. */
  private ZoneFileSystem zone(Statfs statfs) {
    return (ZoneFileSystem)
        Proxy.newProxyInstance(
            ZoneFileSystem.class.getClassLoader(),
            new Class<?>[] {ZoneFileSystem.class},
            (self, method, arguments) ->
                switch (method.getName()) {
                  case "statfs" -> {
                    questions.incrementAndGet();
                    yield statfs.answer();
                  }
                  case "hashCode" -> System.identityHashCode(self);
                  case "equals" ->
                      System.identityHashCode(self) == System.identityHashCode(arguments[0]);
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  @Test
  void of_aMemberThatAnswers_isItsAnswerEachTime() throws Exception {
    RemoteUsage remote = new RemoteUsage(10_000);
    ZoneFileSystem zone = zone(() -> usage);
    assertThat(remote.of(zone)).isEqualTo(usage);
    assertThat(remote.of(zone)).isEqualTo(usage);
    assertThat(questions).hasValue(2);
  }

  @Test
  void of_aMemberThatHangs_isAskedOnceAndWaitedForShortly() throws Exception {
    RemoteUsage remote = new RemoteUsage(20);
    ZoneFileSystem zone =
        zone(() -> {
          hanging.await();
          return usage;
        });
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> remote.of(zone)).hasMessage("its members do not answer");
    }
    assertThat(questions).hasValue(1);
    hanging.countDown();
    await()
        .atMost(Duration.ofSeconds(10))
        .ignoreExceptions()
        .until(() -> remote.of(zone).equals(usage));
  }

  @Test
  void of_aMemberThatRefuses_saysWhy() {
    RemoteUsage remote = new RemoteUsage(10_000);
    ZoneFileSystem zone =
        zone(() -> {
          throw new ZoneException(ZoneError.IO, "the disk is broken");
        });
    assertThatThrownBy(() -> remote.of(zone))
        .hasMessage("its members do not answer: the disk is broken");
  }
}
