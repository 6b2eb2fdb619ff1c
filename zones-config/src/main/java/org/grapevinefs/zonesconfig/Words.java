// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The spelling of enumerated values in files: small letters, hyphens. */
final class Words {
  private Words() {}

  static String of(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static <E extends Enum<E>> List<String> all(Class<E> type) {
    return Arrays.stream(type.getEnumConstants()).map(Words::of).toList();
  }

  /** The value spelt so; an {@link InvalidValueException} with the nearest spelling otherwise. */
  static <E extends Enum<E>> E parse(Class<E> type, String text) {
    for (E value : type.getEnumConstants()) {
      if (of(value).equals(text)) {
        return value;
      }
    }
    List<String> all = all(type);
    String message = "\"" + Quoting.printable(text) + "\" is none of " + String.join(", ", all);
    throw Nearest.to(text, all)
        .map(near -> new InvalidValueException(message, near))
        .orElseGet(() -> new InvalidValueException(message));
  }
}
