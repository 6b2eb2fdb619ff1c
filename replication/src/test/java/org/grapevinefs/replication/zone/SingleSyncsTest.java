// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Syncs of single files, asked for here and done by another. */
final class SingleSyncsTest {

  private final List<String> synced = new ArrayList<>();
  private final List<Exception> failures = new ArrayList<>();
  private int woken;
  private boolean idle = true;
  private final SingleSyncs syncs =
      new SingleSyncs(() -> idle, () -> woken++, () -> synced.add("all"), failures::add);

  private CompletableFuture<Boolean> ask(String file) {
    return syncs.ask(() -> synced.add(file));
  }

  @Test
  void askedFor_isDoneByWhoRuns() {
    CompletableFuture<Boolean> one = ask("one");
    CompletableFuture<Boolean> other = ask("other");
    assertThat(woken).isEqualTo(2);
    assertThat(one).isNotDone();
    assertThat(synced).isEmpty();
    syncs.run();
    assertThat(synced).containsExactly("one", "other");
    assertThat(one).isCompletedWithValue(true);
    assertThat(other).isCompletedWithValue(true);
    syncs.run();
    assertThat(synced).hasSize(2);
  }

  @Test
  void littleToWrite_isTakenByAnIdleThreadOnly() {
    assertThat(syncs.takes(4_096)).isTrue();
    assertThat(syncs.takes(1 << 30)).isFalse();
    idle = false;
    assertThat(syncs.takes(4_096)).isFalse();
  }

  @Test
  void manyAtOnce_shareOneSync() {
    List<CompletableFuture<Boolean>> asked = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      asked.add(ask("file" + i));
    }
    syncs.run();
    assertThat(synced).containsExactly("all");
    assertThat(asked).allSatisfy(one -> assertThat(one).isCompletedWithValue(true));
  }

  @Test
  void failure_isToldAndNotTriedAgain() {
    CompletableFuture<Boolean> good = ask("good");
    CompletableFuture<Boolean> bad =
        syncs.ask(() -> {
          throw new IOException("no disk");
        });
    syncs.run();
    assertThat(failures).singleElement().asString().contains("no disk");
    // One of the turn failed: which bytes reached the disk is not known of any.
    assertThat(good).isCompletedWithValue(false);
    assertThat(bad).isCompletedWithValue(false);
    syncs.run();
    assertThat(synced).containsExactly("good");
    assertThat(failures).hasSize(1);
  }

  @Test
  void closed_saysNoToWhoWaitsAndToWhoComes() {
    CompletableFuture<Boolean> waiting = ask("waiting");
    syncs.close();
    assertThat(waiting).isCompletedWithValue(false);
    assertThat(ask("late")).isCompletedWithValue(false);
    syncs.run();
    assertThat(synced).isEmpty();
    assertThat(failures).isEmpty();
  }
}
