// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** The id of a zone on the wire: the first 128 bits of the SHA-256 of {@code "zone:" + name}. */
public record ZoneId(long high, long low) implements Comparable<ZoneId> {
  /** The number of bytes on the wire. */
  public static final int BYTES = 16;

  /** The id of the zone of that name, the same on every node. */
  public static ZoneId ofName(String name) {
    byte[] digest = Digests.sha256(("zone:" + name).getBytes(StandardCharsets.UTF_8));
    return ofBytes(Arrays.copyOf(digest, BYTES));
  }

  /** The id in 16 bytes; any other length is an {@link IllegalArgumentException}. */
  public static ZoneId ofBytes(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("a zone id has 16 bytes, not " + bytes.length);
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    return new ZoneId(in.getLong(), in.getLong());
  }

  /** Reads 32 hexadecimal digits; anything else is an {@link IllegalArgumentException}. */
  public static ZoneId parse(String hex) {
    return ofBytes(HexFormat.of().parseHex(hex));
  }

  /** The 16 bytes, a fresh array. */
  public byte[] toBytes() {
    return ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array();
  }

  @Override
  public int compareTo(ZoneId other) {
    int order = Long.compareUnsigned(high, other.high);
    return order != 0 ? order : Long.compareUnsigned(low, other.low);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(toBytes());
  }
}
