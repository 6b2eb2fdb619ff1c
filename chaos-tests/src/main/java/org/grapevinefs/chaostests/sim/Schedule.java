// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.sim;

import java.util.Comparator;
import java.util.PriorityQueue;

/** Virtual time: what is to happen, in order. Events of one moment run as they were planned. */
final class Schedule {

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::micros).thenComparingLong(Event::number));
  private long now;
  private long count;

  private record Event(long micros, long number, Runnable action) {}

  /** Microseconds since the simulation began. */
  long now() {
    return now;
  }

  /** Plans something. */
  void after(long micros, Runnable action) {
    events.add(new Event(now + micros, count++, action));
  }

  /** Runs what is due in the next stretch of time, and lets it pass. */
  void advance(long micros) {
    long end = now + micros;
    while (!events.isEmpty() && events.peek().micros() <= end) {
      Event event = events.remove();
      now = event.micros();
      event.action().run();
    }
    now = end;
  }

  /** Whether nothing is planned. */
  boolean isIdle() {
    return events.isEmpty();
  }
}
