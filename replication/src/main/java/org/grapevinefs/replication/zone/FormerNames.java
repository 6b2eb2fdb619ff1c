// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.Entry;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.SettlePlan;
import org.jspecify.annotations.Nullable;

/**
 * The computed names that files had until the plain name became free for them. A program that
 * removes a whole directory has listed it before: it removes the plain name first, and then comes
 * with the computed one, under which nothing is any more. Without this it would leave the file, and
 * fail to remove the directory.
 */
final class FormerNames {

  private static final int MOST = 4_096;
  private static final Duration KEPT = Duration.ofMinutes(2);

  private final Cache<Name, Entry> now;

  private record Name(FileId directory, EntryName name) {}

  FormerNames(LongSupplier nanoTime) {
    this.now =
        Caffeine.newBuilder()
            .maximumSize(MOST)
            .expireAfterWrite(KEPT)
            .ticker(nanoTime::getAsLong)
            .executor(Runnable::run)
            .build();
  }

  /** Remembers the computed names that a plan, carried out, has replaced by the plain ones. */
  void note(SettlePlan plan) {
    for (Entry had : plan.have()) {
      if (!had.isConflict()) {
        continue;
      }
      for (Entry has : plan.want()) {
        if (!has.isConflict() && has.link().equals(had.link()) && isSame(had, has)) {
          now.put(new Name(had.directory(), had.name()), has);
        }
      }
    }
  }

  private static boolean isSame(Entry had, Entry has) {
    Dot content = had.content();
    return had.shown().equals(has.shown()) || (content != null && content.equals(has.content()));
  }

  /** What had this name; whether it still stands where it was put is for the asker to check. */
  @Nullable Entry had(FileId directory, EntryName name) {
    return now.getIfPresent(new Name(directory, name));
  }
}
