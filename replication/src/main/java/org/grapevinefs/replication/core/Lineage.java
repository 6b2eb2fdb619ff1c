// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The changes whose contents a content was made from: enough to find the nearest common ancestor of
 * two that were written apart, without which nothing can be merged three ways.
 *
 * <p>Kept only for files that a zone merges. Contents that one origin wrote one upon the other are
 * one run, so that a long day's work on a laptop stays one entry. What is further back than the
 * bound is forgotten: then no common ancestor is found, and both contents are kept.
 *
 * @param runs latest first, at most {@link #MAX_RUNS}
 */
public record Lineage(List<Run> runs) {

  /** The most runs. */
  public static final int MAX_RUNS = 32;

  /** Of a content that is not traced, or that was made from nothing. */
  public static final Lineage NONE = new Lineage(List.of());

  /**
   * Contents of one origin, each made from the one before.
   *
   * @param origin who wrote them
   * @param first number of the oldest, from 1
   * @param last number of the newest
   * @param clock of the newest: later than that of anything it was made from
   */
  public record Run(Origin origin, long first, long last, long clock) {

    /** Checks the bounds. */
    public Run {
      if (first < 1 || last < first) {
        throw new IllegalArgumentException("no run of changes: " + first + " to " + last);
      }
    }

    private boolean has(Dot dot) {
      return origin.equals(dot.origin()) && first <= dot.seq() && dot.seq() <= last;
    }
  }

  /** Copies, and checks the bound. */
  public Lineage {
    if (runs.size() > MAX_RUNS) {
      throw new IllegalArgumentException("more than " + MAX_RUNS + " runs");
    }
    runs = List.copyOf(runs);
  }

  /** Of a content made from {@code parent}. */
  static Lineage after(Content.Regular parent) {
    return parent.lineage().and(parent);
  }

  /** The same and one more. */
  Lineage and(Stamped parent) {
    Dot dot = parent.dot();
    List<Run> longer = new ArrayList<>(runs);
    Run latest = runs.isEmpty() ? null : runs.getFirst();
    if (latest != null && latest.origin.equals(dot.origin()) && latest.last < dot.seq()) {
      longer.set(0, new Run(dot.origin(), latest.first, dot.seq(), parent.clock()));
    } else {
      longer.add(new Run(dot.origin(), dot.seq(), dot.seq(), parent.clock()));
    }
    return bounded(longer);
  }

  /** Of a content made from two. */
  static Lineage ofBoth(Content.Regular one, Content.Regular other) {
    List<Run> both = new ArrayList<>(after(one).runs);
    for (Run run : after(other).runs) {
      if (!both.contains(run)) {
        both.add(run);
      }
    }
    return bounded(both);
  }

  private static Lineage bounded(List<Run> runs) {
    runs.sort(Comparator.comparingLong(Run::clock).reversed().thenComparing(Run::origin));
    return new Lineage(runs.size() > MAX_RUNS ? runs.subList(0, MAX_RUNS) : runs);
  }

  /** The same without changes that an origin turned out never to have made. */
  Lineage without(Origin origin, long after) {
    List<Run> kept = new ArrayList<>();
    for (Run run : runs) {
      if (!run.origin.equals(origin) || run.last <= after) {
        kept.add(run);
      } else if (run.first <= after) {
        kept.add(new Run(origin, run.first, after, run.clock));
      }
    }
    return new Lineage(kept);
  }

  /** Whether a content with this lineage was made from the one that a change wrote. */
  public boolean has(Dot dot) {
    return runs.stream().anyMatch(run -> run.has(dot));
  }

  /**
   * The change that wrote the nearest content from which both were made; null if none is known. No
   * later one is: of all that both were made from, it has the latest clock.
   */
  public static @Nullable Dot nearestCommon(Content.Regular one, Content.Regular other) {
    Run nearest = null;
    for (Run mine : after(one).runs) {
      for (Run theirs : after(other).runs) {
        // The end of either run was a content, and both runs have it.
        Run shorter = mine.last <= theirs.last ? mine : theirs;
        boolean meet =
            mine.origin.equals(theirs.origin) && Math.max(mine.first, theirs.first) <= shorter.last;
        if (meet && (nearest == null || shorter.clock > nearest.clock)) {
          nearest = shorter;
        }
      }
    }
    return nearest == null ? null : new Dot(nearest.origin, nearest.last);
  }
}
