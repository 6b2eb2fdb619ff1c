// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.util.Base64;
import java.util.HexFormat;

/**
 * A node's public Ed25519 key as {@code mesh.toml} writes it.
 *
 * @param base64 the 32 raw bytes in Base64, 44 characters with padding
 */
public record NodeKey(String base64) {
  private static final int BYTES = 32;

  /** Checks the key; an {@link InvalidValueException} says what is wrong. */
  public NodeKey {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new InvalidValueException(
          "\"" + Quoting.printable(base64) + "\" is no key: 32 bytes in Base64, 44 characters");
    }
    if (bytes.length != BYTES) {
      throw new InvalidValueException("a key has 32 bytes, not " + bytes.length);
    }
    base64 = Base64.getEncoder().encodeToString(bytes);
  }

  /** Reads a key in Base64, or in 64 hexadecimal digits. */
  public static NodeKey parse(String text) {
    if (text.length() == 2 * BYTES && text.chars().allMatch(HexFormat::isHexDigit)) {
      return of(HexFormat.of().parseHex(text));
    }
    return new NodeKey(text);
  }

  /** The key with these 32 bytes. */
  public static NodeKey of(byte[] raw) {
    return new NodeKey(Base64.getEncoder().encodeToString(raw));
  }

  /** The 32 raw bytes, a fresh array. */
  public byte[] toBytes() {
    return Base64.getDecoder().decode(base64);
  }

  @Override
  public String toString() {
    return base64;
  }
}
