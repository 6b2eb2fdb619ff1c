// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A moment to the nanosecond.
 *
 * @param seconds seconds since 1970-01-01T00:00:00Z, negative before
 * @param nanos nanoseconds within the second, 0 to 999,999,999
 */
public record Timestamp(long seconds, int nanos) implements Comparable<Timestamp> {

  /** Checks the bounds. */
  public Timestamp {
    if (nanos < 0 || nanos > 999_999_999) {
      throw new IllegalArgumentException("nanoseconds out of range: " + nanos);
    }
  }

  /** The same moment as {@code instant}. */
  public static Timestamp of(Instant instant) {
    return new Timestamp(instant.getEpochSecond(), instant.getNano());
  }

  /**
   * The microsecond of {@code instant}. Changes are numbered in these, and a change must not come
   * before the times that it sets.
   */
  public static Timestamp micros(Instant instant) {
    return of(instant.truncatedTo(ChronoUnit.MICROS));
  }

  @Override
  public int compareTo(Timestamp other) {
    int bySecond = Long.compare(seconds, other.seconds);
    return bySecond != 0 ? bySecond : Integer.compare(nanos, other.nanos);
  }
}
