// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One name in a directory: 1 to 255 bytes, any but {@code /} and NUL, and neither {@code .} nor
 * {@code ..}. The bytes are kept as given: usually UTF-8, never normalized.
 */
public final class EntryName implements Comparable<EntryName> {

  /** The longest name, in bytes (NAME_MAX of Linux). */
  public static final int MAX_BYTES = 255;

  private final byte[] bytes;

  private EntryName(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * The name with these bytes.
   *
   * @throws InvalidNameException if they are no name
   */
  public static EntryName of(byte[] bytes) {
    InvalidNameException.Reason reason = fault(bytes);
    if (reason != null) {
      throw new InvalidNameException(reason);
    }
    return new EntryName(bytes.clone());
  }

  /** The name with these characters, as UTF-8. */
  public static EntryName of(String name) {
    return of(name.getBytes(StandardCharsets.UTF_8));
  }

  private static InvalidNameException.@Nullable Reason fault(byte[] bytes) {
    if (bytes.length == 0) {
      return InvalidNameException.Reason.EMPTY;
    }
    if (bytes.length > MAX_BYTES) {
      return InvalidNameException.Reason.TOO_LONG;
    }
    for (byte b : bytes) {
      if (b == '/' || b == 0) {
        return InvalidNameException.Reason.BAD_BYTE;
      }
    }
    boolean dots = bytes[0] == '.' && (bytes.length == 1 || (bytes.length == 2 && bytes[1] == '.'));
    return dots ? InvalidNameException.Reason.DOTS : null;
  }

  /** A copy of the bytes. */
  public byte[] toBytes() {
    return bytes.clone();
  }

  /** The length in bytes, 1 to {@link #MAX_BYTES}. */
  public int length() {
    return bytes.length;
  }

  @Override
  public int compareTo(EntryName other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EntryName name && Arrays.equals(bytes, name.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** The name for people: malformed UTF-8 shown as replacement characters. */
  @Override
  public String toString() {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
