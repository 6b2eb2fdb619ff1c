// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.util.OptionalDouble;

/**
 * How far a peer is: the least of the last 8 round trips, smoothed.
 *
 * <p>The least one tells of the path, the others of what stood in the way; smoothing keeps two
 * peers at the same distance from changing places all the time.
 */
final class Distance {
  private static final int WINDOW = 8;
  private static final double WEIGHT = 0.25;
  private static final long LONGEST = 30_000_000_000L;

  private final long[] samples = new long[WINDOW];
  private int count;
  private double smoothed;

  /** Takes one round trip in nanoseconds; impossible ones are ignored. */
  void sample(long nanos) {
    if (nanos < 0 || nanos > LONGEST) {
      return;
    }
    samples[count % WINDOW] = nanos;
    count++;
    long least = Long.MAX_VALUE;
    for (int i = 0; i < Math.min(count, WINDOW); i++) {
      least = Math.min(least, samples[i]);
    }
    smoothed = count == 1 ? least : smoothed + WEIGHT * (least - smoothed);
    if (count == 2 * WINDOW) {
      count = WINDOW;
    }
  }

  OptionalDouble millis() {
    return count == 0 ? OptionalDouble.empty() : OptionalDouble.of(smoothed / 1e6);
  }
}
