// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How much a zone's snapshots may take together, beside its quota. */
public sealed interface SnapshotBudget {

  /**
   * So many times the quota.
   *
   * @param hundredths 1 to 10,000: 0.01 to 100 times
   */
  record TimesQuota(int hundredths) implements SnapshotBudget {
    /** Checks the factor. */
    public TimesQuota {
      if (hundredths < 1 || hundredths > 10_000) {
        throw new InvalidValueException("a budget is 0.01x to 100x of the quota");
      }
    }

    @Override
    public String toString() {
      String cents = String.format("%02d", hundredths % 100);
      return hundredths % 100 == 0
          ? hundredths / 100 + "x"
          : hundredths / 100 + "." + (cents.endsWith("0") ? cents.substring(0, 1) : cents) + "x";
    }
  }

  /**
   * A size, whatever the quota.
   *
   * @param size the most
   */
  record Fixed(ByteSize size) implements SnapshotBudget {
    @Override
    public String toString() {
      return size.toString();
    }
  }

  /** Reads {@code 2x}, {@code 1.5x} or a size; an {@link InvalidValueException} otherwise. */
  static SnapshotBudget parse(String text) {
    Matcher factor = Pattern.compile("([0-9]{1,3})(?:\\.([0-9]{1,2}))?x").matcher(text);
    if (factor.matches()) {
      String fraction = factor.group(2) == null ? "" : factor.group(2);
      return new TimesQuota(
          Integer.parseInt(factor.group(1)) * 100
              + Integer.parseInt((fraction + "00").substring(0, 2)));
    }
    try {
      return new Fixed(ByteSize.parse(text));
    } catch (InvalidValueException e) {
      String message =
          "\""
              + Quoting.printable(text)
              + "\" is no budget: so many times the quota (\"2x\") or a size";
      throw e.suggestion()
          .map(near -> new InvalidValueException(message, near))
          .orElseGet(() -> new InvalidValueException(message));
    }
  }

  /** The most bytes, given the zone's quota. */
  default ByteSize of(ByteSize quota) {
    return switch (this) {
      case TimesQuota times -> quota.times(times.hundredths() / 100.0);
      case Fixed fixed -> fixed.size();
    };
  }
}
