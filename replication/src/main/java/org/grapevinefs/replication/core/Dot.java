// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

/**
 * The name of one change: an origin numbers its changes to a zone 1, 2, 3 … without gaps.
 *
 * @param origin who made the change
 * @param seq its number, from 1
 */
public record Dot(Origin origin, long seq) implements Comparable<Dot> {

  /** Checks the bounds. */
  public Dot {
    if (seq < 1) {
      throw new IllegalArgumentException("a change has a number from 1, not " + seq);
    }
  }

  /** 64 well-mixed bits of this dot. */
  long hash64() {
    return Hash64.mix(origin.value(), seq);
  }

  @Override
  public int compareTo(Dot other) {
    int byOrigin = origin.compareTo(other.origin);
    return byOrigin != 0 ? byOrigin : Long.compare(seq, other.seq);
  }

  @Override
  public String toString() {
    return origin + ":" + seq;
  }
}
