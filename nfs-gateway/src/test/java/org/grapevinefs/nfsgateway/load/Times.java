// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.load;

import java.util.Arrays;
import java.util.List;

/** How long operations took, in nanoseconds. Not thread-safe. */
final class Times {

  private static final int MOST = 1 << 24;

  private long[] nanos = new long[1 << 16];
  private int count;

  void took(long time) {
    if (count == MOST) {
      return;
    }
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * count);
    }
    nanos[count++] = time;
  }

  int count() {
    return count;
  }

  /** All times in order. */
  static long[] sorted(List<Times> parts) {
    return parts.stream()
        .flatMapToLong(part -> Arrays.stream(part.nanos, 0, part.count))
        .sorted()
        .toArray();
  }
}
