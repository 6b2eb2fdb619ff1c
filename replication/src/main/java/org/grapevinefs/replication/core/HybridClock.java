// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.time.Instant;
import java.time.InstantSource;

/**
 * A hybrid logical clock: only to pick a winner and to name a copy; causality never depends on it.
 *
 * <p>A reading is a long: microseconds since 1970 shifted left by 10, the low bits counting
 * readings within one microsecond. It always grows, also when the computer's clock steps back.
 * After Kulkarni and others, "Logical physical clocks" (OPODIS 2014). Not thread-safe.
 */
public final class HybridClock {

  private static final int LOGICAL_BITS = 10;

  private final InstantSource time;
  private long last;

  /** A clock that goes on after {@code last}. */
  public HybridClock(InstantSource time, long last) {
    this.time = time;
    this.last = last;
  }

  /** The next reading, after every one before. */
  public long next() {
    return nextAfter(0);
  }

  /** The next reading, after every one before and after {@code seen}. */
  public long nextAfter(long seen) {
    last = Math.max(of(time.instant()), last + 1);
    // Not remembered: another node's clock that is far ahead shall not drag this one along.
    return Math.max(last, seen + 1);
  }

  /** The last reading given. */
  public long last() {
    return last;
  }

  /** The first reading of an instant. */
  public static long of(Instant instant) {
    long micros = instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000;
    return micros << LOGICAL_BITS;
  }

  /** The moment of a reading, to the microsecond. */
  public static Timestamp timestamp(long reading) {
    long micros = reading >> LOGICAL_BITS;
    return new Timestamp(
        Math.floorDiv(micros, 1_000_000L), (int) Math.floorMod(micros, 1_000_000L) * 1_000);
  }
}
