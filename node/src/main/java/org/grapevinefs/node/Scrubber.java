// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.grapevinefs.replication.core.FileId;
import org.jspecify.annotations.Nullable;

/**
 * Compares each zone's bytes with those of its other members once a month, in the background: nine
 * tenths of the time it rests, and while a zone has other work it waits.
 */
final class Scrubber implements AutoCloseable {

  /** So long after the end of one scrubbing of a zone the next begins. */
  static final Duration EVERY = Duration.ofDays(30);

  private static final Duration IDLE = Duration.ofMinutes(1);
  private static final Duration LEAST_REST = Duration.ofMillis(200);
  private static final Duration MOST_REST = Duration.ofMinutes(10);
  private static final int REST_FACTOR = 9;

  /** What there is to scrub. */
  interface Work {

    /** The zones that are here, by name. */
    Set<String> zones();

    /** Whether a zone has something else to do. */
    boolean isBusy(String zone);

    /** Looks at some files; returns where the next ones begin, null after the last. */
    @Nullable FileId page(String zone, @Nullable FileId after)
        throws IOException, InterruptedException;
  }

  private final Work work;
  private final Path folder;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final EventLog events;
  private final Map<String, ScrubRecord> records = new ConcurrentHashMap<>();
  private final Thread thread;

  Scrubber(Work work, Path folder, InstantSource clock, LongSupplier nanoTime, EventLog events) {
    this.work = work;
    this.folder = folder;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.events = events;
    this.thread = Thread.ofPlatform().daemon().name("scrubber").unstarted(this::run);
  }

  Scrubber start() {
    thread.start();
    return this;
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(turn());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Does a piece of work if there is any; returns for how long to rest. */
  Duration turn() throws InterruptedException {
    records.keySet().retainAll(work.zones());
    for (String zone : work.zones()) {
      try {
        Duration rest = turn(zone);
        if (rest != null) {
          return rest;
        }
      } catch (IOException e) {
        events.warn(zone, "", "the scrubbing waits: " + Plainly.of(e));
      }
    }
    return IDLE;
  }

  private @Nullable Duration turn(String zone) throws IOException, InterruptedException {
    long now = clock.millis();
    ScrubRecord record = records.get(zone);
    if (record == null) {
      record = ScrubRecord.load(file(zone), now);
      set(zone, record);
    }
    boolean due = record.begun() > 0 || now - record.finished() >= EVERY.toMillis();
    if (!due || work.isBusy(zone)) {
      return null;
    }
    if (record.begun() == 0) {
      events.info(zone, "", "its bytes are compared with the other members', as every month");
      record = new ScrubRecord(record.finished(), now, null);
    }
    long start = nanoTime.getAsLong();
    FileId next = work.page(zone, record.after());
    Duration took = Duration.ofNanos(nanoTime.getAsLong() - start);
    if (next == null) {
      set(zone, new ScrubRecord(clock.millis(), 0, null));
      events.info(zone, "", "all its bytes were compared");
    } else {
      set(zone, new ScrubRecord(record.finished(), record.begun(), next));
    }
    return clamp(took.multipliedBy(REST_FACTOR));
  }

  private static Duration clamp(Duration rest) {
    Duration least = rest.compareTo(LEAST_REST) < 0 ? LEAST_REST : rest;
    return least.compareTo(MOST_REST) > 0 ? MOST_REST : least;
  }

  private void set(String zone, ScrubRecord record) throws IOException {
    records.put(zone, record);
    record.save(file(zone));
  }

  private Path file(String zone) {
    return folder.resolve(zone);
  }

  /** How the scrubbing of a zone stands, for people. */
  String state(String zone) {
    ScrubRecord record = records.get(zone);
    if (record == null) {
      return "";
    }
    return record.begun() > 0
        ? String.format(
            Locale.ROOT, "%.0f %% done, begun %s", 100 * record.share(), at(record.begun()))
        : "next " + at(record.finished() + EVERY.toMillis());
  }

  private static Instant at(long millis) {
    return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS);
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
