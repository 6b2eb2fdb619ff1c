// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.time.Duration;

/** The width of an age bucket: of the snapshots in one bucket, the oldest is kept. */
public enum SnapshotAge {
  /** One in fifteen minutes. */
  QUARTER_HOURLY(Duration.ofMinutes(15)),
  /** One an hour. */
  HOURLY(Duration.ofHours(1)),
  /** One a day. */
  DAILY(Duration.ofDays(1)),
  /** One in seven days. */
  WEEKLY(Duration.ofDays(7)),
  /** One in twenty-eight days. */
  FOUR_WEEKLY(Duration.ofDays(28));

  private final Duration width;

  SnapshotAge(Duration width) {
    this.width = width;
  }

  /** The width of the bucket. */
  public Duration width() {
    return width;
  }

  @Override
  public String toString() {
    return Words.of(this);
  }
}
