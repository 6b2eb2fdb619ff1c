// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.Arrays;
import java.util.HexFormat;

/** An immutable run of bytes: a hash, a link target, an extended attribute's value. */
public final class Bytes {

  private final byte[] array;

  private Bytes(byte[] array) {
    this.array = array;
  }

  /** A copy of an array. */
  public static Bytes of(byte[] array) {
    return new Bytes(array.clone());
  }

  /** A copy of the bytes. */
  public byte[] toArray() {
    return array.clone();
  }

  /** The number of bytes. */
  public int length() {
    return array.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that && Arrays.equals(array, that.array);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(array);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(array);
  }
}
