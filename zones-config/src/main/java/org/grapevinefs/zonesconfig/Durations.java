// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as configuration writes them: {@code 90s}, {@code 15m}, {@code 6h}, {@code 14d}. */
public final class Durations {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,9})([smhd])");
  private static final Pattern LOOSE =
      Pattern.compile("\\s*([0-9]{1,9})\\s*([smhdSMHD])[A-Za-z]*\\s*");

  private Durations() {}

  /** Reads a duration; an {@link InvalidValueException} says what is wrong. */
  public static Duration parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      String message =
          "\"" + Quoting.printable(text) + "\" is no duration: a whole number and s, m, h or d";
      Matcher loose = LOOSE.matcher(text);
      throw loose.matches()
          ? new InvalidValueException(
              message, loose.group(1) + Character.toLowerCase(loose.group(2).charAt(0)))
          : new InvalidValueException(message);
    }
    long count = Long.parseLong(form.group(1));
    return switch (form.group(2)) {
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      default -> Duration.ofDays(count);
    };
  }

  /** The duration in the largest unit that keeps it whole; less than a second is rounded down. */
  public static String format(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds == 0 || seconds % 60 != 0) {
      return seconds + "s";
    }
    if (seconds % 3_600 != 0) {
      return seconds / 60 + "m";
    }
    return seconds % 86_400 != 0 ? seconds / 3_600 + "h" : seconds / 86_400 + "d";
  }
}
