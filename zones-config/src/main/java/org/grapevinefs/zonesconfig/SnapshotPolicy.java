// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * When a zone's history is kept, and how much of it.
 *
 * @param on the members that keep it
 * @param every the time between two, taken only when something changed: a minute to 400 days
 * @param keep how many of each age; an age that is not named keeps none
 * @param budget the most that they may take together
 */
public record SnapshotPolicy(
    List<NodeName> on, Duration every, Map<SnapshotAge, Integer> keep, SnapshotBudget budget) {

  /** The default of {@code every}. */
  public static final Duration DEFAULT_EVERY = Duration.ofMinutes(15);

  /** The default of {@code budget}: twice the quota. */
  public static final SnapshotBudget DEFAULT_BUDGET = new SnapshotBudget.TimesQuota(200);

  /** The least and the most of {@code every}. */
  static final Duration SHORTEST = Duration.ofMinutes(1);

  static final Duration LONGEST = Duration.ofDays(400);

  /** The default of {@code keep}: six hours, two weeks, seven weeks, sixteen weeks. */
  public static final Map<SnapshotAge, Integer> DEFAULT_KEEP =
      Map.of(
          SnapshotAge.QUARTER_HOURLY, 24,
          SnapshotAge.DAILY, 14,
          SnapshotAge.WEEKLY, 7,
          SnapshotAge.FOUR_WEEKLY, 4);

  /** Copies and checks; an {@link InvalidValueException} says what is wrong. */
  public SnapshotPolicy {
    on = List.copyOf(on);
    if (every.compareTo(SHORTEST) < 0 || every.compareTo(LONGEST) > 0) {
      throw new InvalidValueException(
          "snapshots are taken every 1m to 400d, not every " + Durations.format(every));
    }
    Map<SnapshotAge, Integer> sorted = new EnumMap<>(SnapshotAge.class);
    sorted.putAll(keep);
    keep = Collections.unmodifiableMap(sorted);
    long sum = 0;
    for (int count : keep.values()) {
      if (count < 0) {
        throw new InvalidValueException("a number of snapshots cannot be negative: " + count);
      }
      sum += count;
    }
    if (sum > Limits.SNAPSHOTS) {
      throw new InvalidValueException(
          "a zone keeps at most " + Limits.SNAPSHOTS + " snapshots, not " + sum);
    }
  }

  /** The default policy, on these members. */
  public static SnapshotPolicy on(List<NodeName> members) {
    return new SnapshotPolicy(members, DEFAULT_EVERY, DEFAULT_KEEP, DEFAULT_BUDGET);
  }
}
