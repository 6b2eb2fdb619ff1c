// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.util.Arrays;
import java.util.HexFormat;

/** Bytes that a client chose as a name, compared by content. */
final class Opaque {

  private final byte[] bytes;
  private final int hash;

  Opaque(byte[] bytes) {
    this.bytes = bytes;
    this.hash = Arrays.hashCode(bytes);
  }

  byte[] bytes() {
    return bytes;
  }

  String hex() {
    return HexFormat.of().formatHex(bytes);
  }

  /** These bytes with others after them. */
  Opaque and(byte[] more) {
    byte[] all = Arrays.copyOf(bytes, bytes.length + more.length);
    System.arraycopy(more, 0, all, bytes.length, more.length);
    return new Opaque(all);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Opaque opaque && Arrays.equals(bytes, opaque.bytes);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
