// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Decides before which pulls a zone's past is to be kept, since they remove very much of it.
 *
 * <p>A session that by itself removes much is one. A mass delete may as well come in many small
 * ones: so what went by sessions over the last minutes counts together, but at most as much as the
 * zone shrank by, or programs that make and remove files all day would be taken for one. One
 * snapshot then serves all of it for an hour, unless so much came after it that much would be
 * missing from it. Not thread-safe.
 */
public final class RemovalWatch {

  /**
   * What counts as very much.
   *
   * @param files more than this many always do
   * @param part more than this part of the zone's files does: 5 is a fifth
   * @param handful but not if they are fewer than this
   * @param window so far back removals count together
   * @param rest so long a snapshot serves
   */
  public record Rule(long files, long part, long handful, Duration window, Duration rest) {

    /** What holds on every node. */
    public static final Rule DEFAULT =
        new Rule(1_000, 5, 20, Duration.ofMinutes(10), Duration.ofHours(1));

    /** Whether so many of so many are very much. */
    boolean isMuch(long removed, long of) {
      return removed > files || (removed >= handful && removed > of / part);
    }
  }

  /** Times are noted in so many steps of the window. */
  private static final int STEPS = 20;

  /** What went in one step: from when, how much, and the most files that were there before. */
  private record Step(Instant since, long removed, long files) {}

  private final Rule rule;
  private final Deque<Step> steps = new ArrayDeque<>();
  private @Nullable Instant kept;
  private long filesThen;
  private long removedSince;

  /** A watch that has seen nothing. */
  public RemovalWatch(Rule rule) {
    this.rule = rule;
  }

  /**
   * Whether a snapshot is due before a session.
   *
   * @param removing how many files it would remove
   * @param files how many there are before it
   */
  public boolean isDue(Instant now, long removing, long files) {
    if (removing == 0 || !isVeryMuch(now, removing, files)) {
      return false;
    }
    Instant last = kept;
    if (last == null || last.isAfter(now) || !last.plus(rule.rest()).isAfter(now)) {
      return true;
    }
    long came = files + removedSince - filesThen;
    return rule.isMuch(came, filesThen);
  }

  private boolean isVeryMuch(Instant now, long removing, long files) {
    if (rule.isMuch(removing, files)) {
      return true;
    }
    forget(now);
    long most = files;
    long went = removing;
    for (Step step : steps) {
      most = Math.max(most, step.files());
      went += step.removed();
    }
    long shrank = most - (files - removing);
    return rule.isMuch(Math.min(went, shrank), most);
  }

  /** How many files sessions removed over the last minutes. */
  public long removedLately(Instant now) {
    forget(now);
    return steps.stream().mapToLong(Step::removed).sum();
  }

  private void forget(Instant now) {
    Instant from = now.minus(rule.window());
    // Also what a clock that was set back would keep for long.
    steps.removeIf(step -> step.since().isBefore(from) || step.since().isAfter(now));
  }

  /** Notes a session that was merged. */
  public void merged(Instant now, long removed, long filesBefore) {
    removedSince += removed;
    if (removed == 0) {
      return;
    }
    forget(now);
    Step last = steps.peekLast();
    Duration step = rule.window().dividedBy(STEPS);
    if (last != null && last.since().plus(step).isAfter(now)) {
      steps.removeLast();
      steps.add(
          new Step(last.since(), last.removed() + removed, Math.max(last.files(), filesBefore)));
    } else {
      steps.add(new Step(now, removed, filesBefore));
    }
  }

  /**
   * Notes a snapshot, or that none could be taken, which isn't tried again and told of at once.
   *
   * @param files how many files there were
   */
  public void kept(Instant when, long files) {
    kept = when;
    filesThen = files;
    removedSince = 0;
  }
}
