// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.grapevinefs.replication.core.RemovalWatch;
import org.grapevinefs.replication.core.Removals;
import org.grapevinefs.replication.volume.SnapshotName;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the zone as it is before a pull that removes very much of it, and says so. A pull is never
 * held up for good by that: where no snapshot can be taken it goes on, and that is told. Safe for
 * any thread; not called under the zone's lock, since a snapshot waits for the disk.
 */
final class BeforeRemoving {

  /** What the snapshots taken here are named after; no others are ever deleted. */
  static final String PURPOSE = "before-removing";

  private static final Logger LOG = LoggerFactory.getLogger(BeforeRemoving.class);
  private static final Duration TRY_AGAIN = Duration.ofMinutes(1);
  private static final Duration PROBLEM_SHOWN = Duration.ofDays(1);
  private static final int MOST_IN_ONE_SECOND = 5;

  private record Problem(Instant since, String words) {}

  private final ZoneSnapshots snapshots;
  private final InstantSource time;
  private final Consumer<String> say;
  private final RemovalWatch watch = new RemovalWatch(RemovalWatch.Rule.DEFAULT);
  private final ReentrantLock lock = new ReentrantLock();

  /** Read without the lock: whoever asks how the zone is must not wait for a snapshot. */
  private volatile @Nullable Problem problem;

  private @Nullable Instant tried;

  /**
   * Remembers the last snapshot that is there.
   *
   * @param files how many files there are now
   * @param say hears what people should know
   */
  BeforeRemoving(ZoneSnapshots snapshots, InstantSource time, long files, Consumer<String> say) {
    this.snapshots = snapshots;
    this.time = time;
    this.say = say;
    try {
      if (snapshots.possible()) {
        ours(snapshots.list()).forEach(name -> watch.kept(name.taken(), files));
      }
    } catch (IOException e) {
      LOG.warn("the snapshots cannot be listed: {}", e.toString());
    }
  }

  /** Those of all snapshots that were taken here, oldest first. */
  static List<SnapshotName> ours(List<SnapshotName> all) {
    return all.stream().filter(name -> name.purpose().equals(PURPOSE)).toList();
  }

  /** Takes a snapshot if one is due before so much is removed; returns when it is there. */
  void look(Removals.Found found) {
    if (found.removed() == 0) {
      return;
    }
    // Who comes meanwhile with the same waits too: nothing is to be removed before.
    lock.lock();
    try {
      Instant now = time.instant();
      if (watch.isDue(now, found.removed(), found.files()) && !triedJustNow(now)) {
        take(now, found);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Notes that so much was removed. */
  void removed(Removals.Found found) {
    lock.lock();
    try {
      watch.merged(time.instant(), found.removed(), found.files());
    } finally {
      lock.unlock();
    }
  }

  private boolean triedJustNow(Instant now) {
    Instant last = tried;
    return last != null && !last.isAfter(now) && last.plus(TRY_AGAIN).isAfter(now);
  }

  private void take(Instant now, Removals.Found found) {
    String what = words(now, found);
    if (!snapshots.possible()) {
      watch.kept(now, found.files());
      notKept(now, what, "this volume is no Btrfs, where snapshots could be taken");
      return;
    }
    try {
      SnapshotName name = takeUnderAFreeName(now);
      watch.kept(now, found.files());
      tried = null;
      problem = null;
      say.accept(
          "%s; what was there before is kept for %d days in %s"
              .formatted(what, SnapshotKeeping.KEPT.toDays(), snapshots.path(name)));
    } catch (IOException e) {
      tried = now;
      notKept(now, what, "the snapshot failed: " + e.getMessage());
    }
  }

  private SnapshotName takeUnderAFreeName(Instant now) throws IOException {
    for (int i = 0; ; i++) {
      SnapshotName name = new SnapshotName(now.plusSeconds(i), PURPOSE);
      try {
        snapshots.take(name);
        return name;
      } catch (FileAlreadyExistsException e) {
        if (i + 1 == MOST_IN_ONE_SECOND) {
          throw e;
        }
      }
    }
  }

  /** Said once an hour, though it may be tried more often. */
  private void notKept(Instant now, String what, String why) {
    Problem last = problem;
    if (last != null && !isOver(last, RemovalWatch.Rule.DEFAULT.rest(), now)) {
      return;
    }
    String words = "%s, and no snapshot was taken before: %s".formatted(what, why);
    problem = new Problem(now, words);
    say.accept(words);
  }

  private static boolean isOver(Problem problem, Duration after, Instant now) {
    return problem.since().isAfter(now) || !problem.since().plus(after).isAfter(now);
  }

  private String words(Instant now, Removals.Found found) {
    long lately = watch.removedLately(now);
    String others = lately == 0 ? "" : ", after %,d in the last minutes".formatted(lately);
    return String.format(
        Locale.ROOT,
        "a session removes %,d of %,d files and folders%s%s",
        found.removed(),
        found.files(),
        others,
        by(found.by()));
  }

  private static String by(Map<String, Long> by) {
    return by.entrySet().stream()
        .max(Map.Entry.<String, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
        .map(most -> " (deleted on " + most.getKey() + (by.size() > 1 ? " and others)" : ")"))
        .orElse("");
  }

  /** What people should see for a day; empty if nothing. */
  String problem() {
    Problem last = problem;
    return last == null || isOver(last, PROBLEM_SHOWN, time.instant())
        ? ""
        : "on " + last.since().truncatedTo(ChronoUnit.SECONDS) + " " + last.words();
  }
}
