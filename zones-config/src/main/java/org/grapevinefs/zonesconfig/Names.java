// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.util.Locale;

/** The rule that node, zone and volume names share. */
final class Names {
  static final int MAX_LENGTH = 63;

  private Names() {}

  static void check(String kind, String name) {
    if (name.isEmpty()) {
      throw new InvalidValueException("a " + kind + " name cannot be empty");
    }
    if (name.length() > MAX_LENGTH) {
      throw new InvalidValueException(
          "a " + kind + " name has at most 63 characters, not " + name.length());
    }
    for (int i = 0; i < name.length(); i++) {
      if (!isNameCharacter(name.charAt(i))) {
        throw refuse(kind, name, "a " + kind + " name has only a-z, 0-9, '-', '_' and '.'");
      }
    }
    if (name.charAt(0) == '.' || name.charAt(0) == '-') {
      throw refuse(kind, name, "a " + kind + " name cannot begin with '" + name.charAt(0) + "'");
    }
  }

  private static boolean isNameCharacter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  }

  private static InvalidValueException refuse(String kind, String name, String why) {
    StringBuilder mended = new StringBuilder();
    for (char c : name.toLowerCase(Locale.ROOT).toCharArray()) {
      mended.append(isNameCharacter(c) ? c : '-');
    }
    while (!mended.isEmpty() && (mended.charAt(0) == '.' || mended.charAt(0) == '-')) {
      mended.deleteCharAt(0);
    }
    String message = "\"" + Quoting.printable(name) + "\" is no " + kind + " name: " + why;
    return mended.isEmpty()
        ? new InvalidValueException(message)
        : new InvalidValueException(message, mended.toString());
  }
}
