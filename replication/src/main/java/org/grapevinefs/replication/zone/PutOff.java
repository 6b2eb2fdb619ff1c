// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import org.grapevinefs.replication.core.FileId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of what cannot be brought to disk yet. It is tried again each second or two, perhaps for
 * ever, so each is told at most every ten minutes.
 */
final class PutOff {

  private static final Logger LOG = LoggerFactory.getLogger(PutOff.class);
  private static final int MOST = 1_024;
  private static final Duration PAUSE = Duration.ofMinutes(10);

  private final ZoneState zone;
  private final Cache<FileId, Boolean> told;

  PutOff(ZoneState zone) {
    this.zone = zone;
    this.told =
        Caffeine.newBuilder()
            .maximumSize(MOST)
            .expireAfterWrite(PAUSE)
            .ticker(zone.nanoTime::getAsLong)
            .executor(Runnable::run)
            .build();
  }

  void tell(FileId id, Exception why) {
    String words = why.toString();
    if (told.asMap().putIfAbsent(id, true) != null) {
      LOG.debug("zone {}: {} cannot be settled yet: {}", zone.name, id, words);
      return;
    }
    LOG.warn(
        "zone {}: {} ({}) cannot be settled yet: {}; it is tried again",
        zone.name,
        zone.path(id),
        id,
        words);
  }
}
