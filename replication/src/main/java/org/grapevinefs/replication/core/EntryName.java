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

  /** What is longer, with its dot, is no extension. */
  private static final int LONGEST_EXTENSION = 17;

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

  /**
   * The name with a note before its extension, cut as far as both need the room.
   *
   * @param note at most 200 bytes as UTF-8, of characters that a name may have
   * @param directory whether it is a directory's, which has no extension
   */
  public EntryName withNote(String note, boolean directory) {
    byte[] middle = note.getBytes(StandardCharsets.UTF_8);
    int dot = directory ? bytes.length : extension();
    int kept = cut(dot, MAX_BYTES - middle.length - (bytes.length - dot));
    byte[] name = Arrays.copyOf(bytes, kept + middle.length + bytes.length - dot);
    System.arraycopy(middle, 0, name, kept, middle.length);
    System.arraycopy(bytes, dot, name, kept + middle.length, bytes.length - dot);
    return of(name);
  }

  private int extension() {
    for (int i = bytes.length - 1; i > 0 && bytes.length - i <= LONGEST_EXTENSION; i--) {
      if (bytes[i] == '.') {
        return i;
      }
    }
    return bytes.length;
  }

  /** At most so many of the bytes before the extension, not ending within a UTF-8 character. */
  private int cut(int base, int most) {
    int length = Math.max(0, Math.min(most, base));
    while (length > 0 && length < base && (bytes[length] & 0xc0) == 0x80) {
      length--;
    }
    return length;
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
