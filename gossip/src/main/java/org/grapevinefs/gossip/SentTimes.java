// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.util.OptionalLong;

/** When this node's last 256 packets left, by counter: what an echo is measured against. */
final class SentTimes {
  private static final int SIZE = 256;

  private final long[] counters = new long[SIZE];
  private final long[] times = new long[SIZE];

  void put(long counter, long now) {
    int slot = (int) (counter % SIZE);
    counters[slot] = counter;
    times[slot] = now;
  }

  OptionalLong get(long counter) {
    if (counter <= 0) {
      return OptionalLong.empty();
    }
    int slot = (int) (counter % SIZE);
    return counters[slot] == counter ? OptionalLong.of(times[slot]) : OptionalLong.empty();
  }
}
