// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

/** The RFC 4648 base32 alphabet in lower case, without padding: short, case-proof names for ids. */
final class Base32 {
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

  private Base32() {}

  static String encode(byte[] bytes) {
    StringBuilder text = new StringBuilder((bytes.length * 8 + 4) / 5);
    int buffer = 0;
    int bits = 0;
    for (byte next : bytes) {
      buffer = buffer << 8 | (next & 0xff);
      bits += 8;
      while (bits >= 5) {
        bits -= 5;
        text.append(ALPHABET.charAt(buffer >> bits & 31));
      }
      buffer &= (1 << bits) - 1;
    }
    if (bits > 0) {
      text.append(ALPHABET.charAt(buffer << (5 - bits) & 31));
    }
    return text.toString();
  }

  /**
   * Decodes exactly {@code length} bytes; anything else, or bits left over that are not 0, is
   * refused.
   */
  static byte[] decode(String text, int length) {
    if (text.length() != (length * 8 + 4) / 5) {
      throw new IllegalArgumentException("expected " + (length * 8 + 4) / 5 + " base32 characters");
    }
    byte[] bytes = new byte[length];
    int buffer = 0;
    int bits = 0;
    int at = 0;
    for (int i = 0; i < text.length(); i++) {
      int value = ALPHABET.indexOf(text.charAt(i));
      if (value < 0) {
        throw new IllegalArgumentException("not a base32 character at position " + (i + 1));
      }
      buffer = buffer << 5 | value;
      bits += 5;
      if (bits >= 8) {
        bits -= 8;
        bytes[at++] = (byte) (buffer >> bits);
      }
      buffer &= (1 << bits) - 1;
    }
    if (buffer != 0) {
      throw new IllegalArgumentException("not a canonical base32 ending");
    }
    return bytes;
  }
}
