// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * The identity of a file, directory, link or device node: 128 bits given at its creation, random or
 * following random ones, the same on every node for ever, whatever its path. The root of a zone has
 * id 0.
 *
 * @param high the first 64 bits
 * @param low the last 64 bits
 */
public record FileId(long high, long low) implements Comparable<FileId> {

  /** Length of {@link #toBytes()}, in bytes. */
  public static final int BYTES = 16;

  /** The root directory of every zone. */
  public static final FileId ROOT = new FileId(0, 0);

  /** A fresh id; never {@link #ROOT}. */
  public static FileId random(RandomGenerator random) {
    while (true) {
      FileId id = new FileId(random.nextLong(), random.nextLong());
      if (!id.equals(ROOT)) {
        return id;
      }
    }
  }

  /**
   * The id whose {@link #toBytes()} are given.
   *
   * @throws IllegalArgumentException if there are not exactly {@link #BYTES} bytes
   */
  public static FileId of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("a file id has " + BYTES + " bytes, not " + bytes.length);
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new FileId(buffer.getLong(), buffer.getLong());
  }

  /** The 16 bytes of this id, big-endian. */
  public byte[] toBytes() {
    return ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array();
  }

  /** The 64-bit number that NFS and {@code stat} show: never 0, 1 for the root. */
  public long inodeNumber() {
    if (equals(ROOT)) {
      return 1;
    }
    long folded = (high ^ Long.rotateLeft(low, 32)) & Long.MAX_VALUE;
    return folded < 2 ? folded + 2 : folded;
  }

  @Override
  public int compareTo(FileId other) {
    int first = Long.compareUnsigned(high, other.high);
    return first != 0 ? first : Long.compareUnsigned(low, other.low);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(toBytes());
  }
}
