// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.volume;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/**
 * The name of a snapshot: {@code 2026-11-22T12-40-39Z-before-removing}, the time in UTC and what it
 * was taken for. Names sort by time.
 *
 * @param taken when, in whole seconds
 * @param purpose small letters, digits and hyphens, at most 64; empty for none
 */
public record SnapshotName(Instant taken, String purpose) implements Comparable<SnapshotName> {

  /** The most snapshots of a zone that are listed. */
  public static final int MOST_LISTED = 1_000;

  private static final int TIME_LENGTH = "2026-11-22T12-40-39Z".length();
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH-mm-ss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** Drops parts of seconds. */
  public SnapshotName {
    taken = taken.truncatedTo(ChronoUnit.SECONDS);
    if (!purpose.matches("([a-z0-9][a-z0-9-]{0,63})?")) {
      throw new IllegalArgumentException("not what a snapshot is taken for: " + purpose);
    }
    if (TIME.format(taken).length() != TIME_LENGTH) {
      throw new IllegalArgumentException("not a snapshot's time: " + taken);
    }
  }

  /** The name that a folder has; empty if it is not a snapshot's. */
  public static Optional<SnapshotName> parse(String name) {
    if (name.length() < TIME_LENGTH) {
      return Optional.empty();
    }
    String rest = name.substring(TIME_LENGTH);
    if (!rest.isEmpty() && (rest.length() == 1 || rest.charAt(0) != '-')) {
      return Optional.empty();
    }
    try {
      Instant taken = Instant.from(TIME.parse(name.substring(0, TIME_LENGTH)));
      SnapshotName parsed = new SnapshotName(taken, rest.isEmpty() ? "" : rest.substring(1));
      return parsed.toString().equals(name) ? Optional.of(parsed) : Optional.empty();
    } catch (DateTimeException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  @Override
  public int compareTo(SnapshotName other) {
    return Comparator.comparing(SnapshotName::taken)
        .thenComparing(SnapshotName::purpose)
        .compare(this, other);
  }

  @Override
  public String toString() {
    return TIME.format(taken) + (purpose.isEmpty() ? "" : "-" + purpose);
  }
}
