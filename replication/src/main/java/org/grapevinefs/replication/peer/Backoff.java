// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import java.util.random.RandomGenerator;

/**
 * A wait that doubles with each failure up to a bound, each time cut at random so that peers don't
 * march in step.
 */
final class Backoff {
  private final long first;
  private final long most;
  private final RandomGenerator random;
  private int failures;

  /** Waits from {@code first} to {@code most}, in any unit of time. */
  Backoff(long first, long most, RandomGenerator random) {
    this.first = first;
    this.most = most;
    this.random = random;
  }

  /** Notes a failure and says how long to wait: half to all of the doubled wait. */
  long failed() {
    long bound = Math.min(most, first << Math.min(failures, 30));
    failures++;
    return bound / 2 + random.nextLong(bound / 2 + 1);
  }

  /** Starts over. */
  void succeeded() {
    failures = 0;
  }

  int failures() {
    return failures;
  }
}
