// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.grapevinefs.replication.core.Counts;
import org.jspecify.annotations.Nullable;

/** How far this replica is with taking over very much, for people. Thread-safe. */
final class Filling {

  /** Of less nothing is said: it is done before anyone reads it. */
  private static final long LEAST = 2_000;

  /** After so long what was done says how long the rest will take. */
  private static final long SURE_NANOS = 2_000_000_000;

  /** What is done one after the other. */
  enum Step {
    TAKING("taking in records"),
    MERGING("merging records"),
    SHOWING("bringing files to disk");

    private final String words;

    Step(String words) {
      this.words = words;
    }
  }

  private record Stage(Step step, long of, long begun) {}

  private final LongSupplier nanoTime;
  private @Nullable Stage stage;
  private long done;

  Filling(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** A step begins. */
  synchronized void begin(Step step, long of) {
    stage = of < LEAST ? null : new Stage(step, of, nanoTime.getAsLong());
    done = 0;
  }

  /** So much of a step is done. */
  synchronized void done(long count) {
    done = count;
  }

  /** A step was broken off. */
  synchronized void brokenOff(Step step) {
    if (stage != null && stage.step == step) {
      stage = null;
    }
  }

  /** How far it is and how long it may take; empty if nothing much is under way. */
  synchronized String words(Counts counts) {
    Stage now = stage;
    if (now == null) {
      return "";
    }
    if (now.step == Step.SHOWING) {
      done = Math.max(0, now.of - counts.unsettled());
      if (counts.unsettled() == 0) {
        stage = null;
        return "";
      }
    }
    String far = String.format(Locale.ROOT, "%s: %d of %d", now.step.words, done, now.of);
    long took = nanoTime.getAsLong() - now.begun;
    if (took < SURE_NANOS || done <= 0) {
      return far;
    }
    double left = (double) took / done * Math.max(0, now.of - done);
    return far + ", about " + words(Duration.ofNanos((long) left)) + " left";
  }

  private static String words(Duration left) {
    long seconds = Math.max(1, left.toSeconds());
    return seconds < 100 ? seconds + " s" : (seconds + 30) / 60 + " min";
  }
}
