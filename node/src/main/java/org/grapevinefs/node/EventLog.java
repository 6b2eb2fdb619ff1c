// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last things that happened on a node, for people: kept in a bounded ring, and written to the
 * log as one line each. Safe for any thread.
 */
public final class EventLog {
  /** The number of events that are kept. */
  public static final int CAPACITY = 2_000;

  private static final int MAX_TEXT = 1_000;
  private static final Logger LOG = LoggerFactory.getLogger("grapevine");

  /** How much an event matters. */
  public enum Level {
    INFO,
    WARNING,
    ERROR;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * One event.
   *
   * @param number counts from 1 since the node's start
   * @param millis when, since the epoch
   * @param zone the zone it is about; may be empty
   * @param peer the node it is about; may be empty
   * @param path the file it is about; may be empty
   * @param text what happened, one line
   */
  public record Event(
      long number, long millis, Level level, String zone, String peer, String path, String text) {
    private String line() {
      StringBuilder line = new StringBuilder();
      append(line, "zone", zone);
      append(line, "peer", peer);
      append(line, "path", path);
      return line.append(text).toString();
    }

    private static void append(StringBuilder line, String name, String value) {
      if (!value.isEmpty()) {
        line.append(name).append('=').append(value).append(' ');
      }
    }
  }

  private final InstantSource clock;
  private final String prefix;
  private final Deque<Event> ring = new ArrayDeque<>();
  private final Set<Consumer<Event>> listeners = new CopyOnWriteArraySet<>();
  private long count;

  /** An empty log; {@code prefix} begins every line, to tell nodes of one process apart. */
  public EventLog(InstantSource clock, String prefix) {
    this.clock = clock;
    this.prefix = prefix;
  }

  /** Something that went as it should. */
  public void info(String zone, String peer, String text) {
    add(Level.INFO, zone, peer, "", text);
  }

  /** Something an administrator should look at. */
  public void warn(String zone, String peer, String text) {
    add(Level.WARNING, zone, peer, "", text);
  }

  /** Something that does not work until somebody mends it. */
  public void error(String zone, String peer, String text) {
    add(Level.ERROR, zone, peer, "", text);
  }

  /** Something that happened to one file. */
  public void add(Level level, String zone, String peer, String path, String text) {
    Event event;
    synchronized (this) {
      event = new Event(++count, clock.millis(), level, zone, peer, oneLine(path), oneLine(text));
      if (ring.size() == CAPACITY) {
        ring.removeFirst();
      }
      ring.addLast(event);
    }
    switch (level) {
      case INFO -> LOG.info("{}{}", prefix, event.line());
      case WARNING -> LOG.warn("{}{}", prefix, event.line());
      case ERROR -> LOG.error("{}{}", prefix, event.line());
    }
    listeners.forEach(listener -> listener.accept(event));
  }

  /** The last events, oldest first; 0 means all that are kept. */
  public synchronized List<Event> last(int most) {
    List<Event> all = new ArrayList<>(ring);
    return most <= 0 || most >= all.size() ? all : all.subList(all.size() - most, all.size());
  }

  /** Has a listener told of each later event, on the thread it happens on; it must not block. */
  public AutoCloseable listen(Consumer<Event> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** A line stays a line, whatever bytes a peer or a file name brings. */
  private static String oneLine(String text) {
    StringBuilder line = new StringBuilder(Math.min(text.length(), MAX_TEXT));
    for (int i = 0; i < text.length() && i < MAX_TEXT; i++) {
      char c = text.charAt(i);
      line.append(Character.isISOControl(c) ? '?' : c);
    }
    return line.toString();
  }
}
