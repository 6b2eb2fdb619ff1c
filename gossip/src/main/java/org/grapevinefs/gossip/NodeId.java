// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.nio.ByteBuffer;

/**
 * The id of a node: the SHA-256 of its Ed25519 public key, 256 bits. Ordered as unsigned numbers.
 *
 * <p>Immutable. {@link #toString()} is the full form (52 base32 characters), {@link #shortForm()}
 * what people read.
 */
public record NodeId(long a, long b, long c, long d) implements Comparable<NodeId> {
  /** The number of bytes on the wire. */
  public static final int BYTES = 32;

  private static final int SHORT_CHARACTERS = 12;

  /** The id of the node that holds this key. */
  public static NodeId of(NodePublicKey key) {
    return ofBytes(Digests.sha256(key.toBytes()));
  }

  /** The id in 32 bytes; any other length is an {@link IllegalArgumentException}. */
  public static NodeId ofBytes(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("a node id has 32 bytes, not " + bytes.length);
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    return new NodeId(in.getLong(), in.getLong(), in.getLong(), in.getLong());
  }

  /** Reads the full form; anything else is an {@link IllegalArgumentException}. */
  public static NodeId parse(String text) {
    return ofBytes(Base32.decode(text, BYTES));
  }

  /** The 32 bytes, a fresh array. */
  public byte[] toBytes() {
    return ByteBuffer.allocate(BYTES).putLong(a).putLong(b).putLong(c).putLong(d).array();
  }

  /** The first 12 characters of the full form: 60 bits, enough for people, never for a decision. */
  public String shortForm() {
    return toString().substring(0, SHORT_CHARACTERS);
  }

  /** The first 64 bits, by which echoes name a peer. */
  long prefix() {
    return a;
  }

  @Override
  public int compareTo(NodeId other) {
    int order = Long.compareUnsigned(a, other.a);
    order = order != 0 ? order : Long.compareUnsigned(b, other.b);
    order = order != 0 ? order : Long.compareUnsigned(c, other.c);
    return order != 0 ? order : Long.compareUnsigned(d, other.d);
  }

  @Override
  public String toString() {
    return Base32.encode(toBytes());
  }
}
