// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/** The id of a mesh: 128 random bits, written as 32 hexadecimal digits. */
public record MeshId(long high, long low) {
  /** The number of bytes on the wire. */
  public static final int BYTES = 16;

  /** A fresh id; {@code random} should be a {@link java.security.SecureRandom} outside of tests. */
  public static MeshId random(RandomGenerator random) {
    return new MeshId(random.nextLong(), random.nextLong());
  }

  /** The id in 16 bytes; any other length is an {@link IllegalArgumentException}. */
  public static MeshId ofBytes(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("a mesh id has 16 bytes, not " + bytes.length);
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    return new MeshId(in.getLong(), in.getLong());
  }

  /** Reads 32 hexadecimal digits; anything else is an {@link IllegalArgumentException}. */
  public static MeshId parse(String hex) {
    return ofBytes(HexFormat.of().parseHex(hex));
  }

  /** The 16 bytes, a fresh array. */
  public byte[] toBytes() {
    return ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array();
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(toBytes());
  }
}
