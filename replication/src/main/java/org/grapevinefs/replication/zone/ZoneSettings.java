// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.time.Duration;
import org.grapevinefs.replication.merge.MergeRules;

/**
 * How a zone is kept.
 *
 * @param quota bytes that it may hold; {@link Long#MAX_VALUE} for no bound
 * @param strict whether every name operation is on disk before the reply
 * @param quiet how long after the last write a version is made
 * @param longest how long a stream of writes goes on without a version
 * @param committer how long after a commit name operations are on disk before the reply
 * @param openFiles most descriptors kept for files that nobody has open
 * @param merges which files are merged when they were edited apart
 */
public record ZoneSettings(
    long quota,
    boolean strict,
    Duration quiet,
    Duration longest,
    Duration committer,
    int openFiles,
    MergeRules merges) {

  /** What holds unless the administrator says otherwise. */
  public static final ZoneSettings DEFAULT =
      new ZoneSettings(
          Long.MAX_VALUE,
          false,
          Duration.ofMillis(100),
          Duration.ofSeconds(1),
          Duration.ofSeconds(5),
          1_024,
          MergeRules.NONE);

  /** The same with a quota. */
  public ZoneSettings withQuota(long newQuota) {
    return new ZoneSettings(newQuota, strict, quiet, longest, committer, openFiles, merges);
  }

  /** The same, with every name operation on disk before the reply. */
  public ZoneSettings withStrict(boolean newStrict) {
    return new ZoneSettings(quota, newStrict, quiet, longest, committer, openFiles, merges);
  }

  /** The same with rules for merging. */
  public ZoneSettings withMerges(MergeRules rules) {
    return new ZoneSettings(quota, strict, quiet, longest, committer, openFiles, rules);
  }
}
