// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes. {@code 512}, {@code 10KB}, {@code 5MB}, {@code 1GB}, {@code 2TB} and {@code
 * 100Ki}, {@code 100Mi}, {@code 2Gi} are all powers of 1024.
 *
 * @param bytes 0 to {@link Long#MAX_VALUE}
 */
public record ByteSize(long bytes) implements Comparable<ByteSize> {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,19})([A-Za-z]*)");
  private static final Pattern LOOSE =
      Pattern.compile("\\s*([0-9]{1,19})\\s*([KMGTPkmgtp])\\S*\\s*");
  private static final List<String> UNITS = List.of("B", "KB", "MB", "GB", "TB", "PB");
  private static final List<String> BINARY = List.of("", "Ki", "Mi", "Gi", "Ti", "Pi");

  /** Refuses a negative number. */
  public ByteSize {
    if (bytes < 0) {
      throw new InvalidValueException("a size cannot be negative: " + bytes);
    }
  }

  /** Reads a size; an {@link InvalidValueException} says what is wrong. */
  public static ByteSize parse(String text) {
    Matcher form = FORM.matcher(text);
    int power = form.matches() ? power(form.group(2)) : -1;
    if (power < 0) {
      throw refuse(text);
    }
    try {
      return new ByteSize(Math.multiplyExact(Long.parseLong(form.group(1)), 1L << (10 * power)));
    } catch (ArithmeticException | NumberFormatException e) {
      throw new InvalidValueException(
          "the size \"" + text + "\" is too large: at most " + (Long.MAX_VALUE >> 50) + "PB");
    }
  }

  private static int power(String unit) {
    return Math.max(unit.isEmpty() ? 0 : BINARY.indexOf(unit), UNITS.indexOf(unit));
  }

  private static InvalidValueException refuse(String text) {
    String message =
        "\""
            + Quoting.printable(text)
            + "\" is no size: a whole number and B, KB, MB, GB, TB, PB"
            + " (or Ki, Mi, Gi, Ti, Pi)";
    Matcher loose = LOOSE.matcher(text);
    return loose.matches()
        ? new InvalidValueException(
            message, loose.group(1) + loose.group(2).toUpperCase(Locale.ROOT) + "B")
        : new InvalidValueException(message);
  }

  /** This size times a whole or broken number, rounded down, at most {@link Long#MAX_VALUE}. */
  public ByteSize times(double factor) {
    return new ByteSize((long) (bytes * factor));
  }

  @Override
  public int compareTo(ByteSize other) {
    return Long.compare(bytes, other.bytes);
  }

  /** The size in the largest unit that keeps it whole: reads back to the same size. */
  @Override
  public String toString() {
    if (bytes == 0) {
      return "0";
    }
    int power = Math.min(Long.numberOfTrailingZeros(bytes) / 10, UNITS.size() - 1);
    return power == 0 ? Long.toString(bytes) : (bytes >> (10 * power)) + UNITS.get(power);
  }
}
