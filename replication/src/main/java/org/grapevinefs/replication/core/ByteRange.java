// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

/**
 * A stretch of a file.
 *
 * @param offset its first byte
 * @param length bytes, at least 1
 */
public record ByteRange(long offset, long length) implements Comparable<ByteRange> {

  /** Checks the bounds. */
  public ByteRange {
    if (offset < 0 || length < 1 || offset > Long.MAX_VALUE - length) {
      throw new IllegalArgumentException("no stretch of a file: " + offset + "+" + length);
    }
  }

  /** The stretch from {@code start} up to, not including, {@code end}. */
  public static ByteRange between(long start, long end) {
    return new ByteRange(start, end - start);
  }

  /** The first byte after it. */
  public long end() {
    return offset + length;
  }

  @Override
  public int compareTo(ByteRange other) {
    int byOffset = Long.compare(offset, other.offset);
    return byOffset != 0 ? byOffset : Long.compare(length, other.length);
  }
}
