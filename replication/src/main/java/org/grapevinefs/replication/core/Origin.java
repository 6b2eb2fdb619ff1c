// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * One incarnation of one replica: 64 random bits. A replica takes a new one after anything but a
 * clean stop, so that no two changes ever share a {@link Dot}.
 *
 * @param value the bits
 */
public record Origin(long value) implements Comparable<Origin> {

  /** A fresh origin; never 0. */
  public static Origin random(RandomGenerator random) {
    while (true) {
      long value = random.nextLong();
      if (value != 0) {
        return new Origin(value);
      }
    }
  }

  @Override
  public int compareTo(Origin other) {
    return Long.compareUnsigned(value, other.value);
  }

  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(value);
  }
}
