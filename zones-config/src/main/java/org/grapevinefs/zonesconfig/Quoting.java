// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

/** Texts from files, made fit to print and to be written as TOML. */
final class Quoting {
  private static final int MAX_SHOWN = 80;

  private Quoting() {}

  /** The text on one short line, control characters shown as {@code ?}. */
  static String printable(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      if (out.length() >= MAX_SHOWN) {
        return out.append("...").toString();
      }
      char c = text.charAt(i);
      out.append(Character.isISOControl(c) ? '?' : c);
    }
    return out.toString();
  }

  /** The text as a TOML basic string, with its quotes. */
  static String toml(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\t' -> out.append("\\t");
        case '\r' -> out.append("\\r");
        default -> {
          if (Character.isISOControl(c)) {
            out.append("\\u").append(String.format("%04X", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.append('"').toString();
  }
}
