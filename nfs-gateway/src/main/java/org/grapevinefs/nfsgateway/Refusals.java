// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import java.net.InetAddress;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tale of clients that went over a bound: each is counted, and logged at most once a minute for
 * one kind and address, and a hundred times a minute in all, so that a flood of refusals makes no
 * flood of lines, wherever it comes from. Thread-safe.
 */
public final class Refusals {

  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
  private static final long QUIET_MILLIS = 60_000;
  private static final int MOST_LINES = 100;
  private static final int MOST_REMEMBERED = 1_024;

  /** What was refused. */
  public enum Kind {
    /** More connections than the gateway takes. */
    CONNECTIONS("connection closed: as many are open as the gateway takes"),
    /** More connections than one address may have. */
    CONNECTIONS_OF_ADDRESS("connection closed: as many are open as one address may have"),
    /** A message that did not come in, or a connection that stayed silent. */
    SLOW_MESSAGE("connection closed: no whole message came in time"),
    /** Half messages that are too many together. */
    UNFINISHED_MESSAGES("connection closed: too many bytes of unfinished messages"),
    /** Bytes that are no message. */
    BAD_MESSAGE("connection closed: what it sends is no RPC message, or too long"),
    /** Answers that nobody read. */
    UNREAD_ANSWERS("connection closed: the client does not read its answers"),
    /** More on the way than one address may have; not lost, but waiting. */
    BUSY("reading pauses: as much is on the way as one address may have"),
    /** TLS is asked for, and this is none. */
    CLEAR_TEXT("call refused: it came without TLS, or without a certificate of the right kind"),
    /** More clients than are known at a time. */
    CLIENTS("client told to wait: as many are known as the gateway takes"),
    /** More clients than one address may be. */
    CLIENTS_OF_ADDRESS("client told to wait: as many are known as one address may be"),
    /** More sessions than a client may have. */
    SESSIONS("session refused: the client has as many as it may"),
    /** More kept replies than there is room for. */
    CACHE("session refused or made small: no room for more kept replies"),
    /** More opens and lock owners than a client may have. */
    STATES("open or lock refused: the client holds as much as it may"),
    /** More opens and lock owners than all may have. */
    ALL_STATES("open or lock refused: all clients together hold as much as they may"),
    /** More locked ranges than a file may have. */
    LOCKS_OF_FILE("lock refused: as many ranges are locked in the file as may be"),
    /** More locked ranges than a client may have. */
    LOCKS_OF_CLIENT("lock refused: the client has as many ranges locked as it may");

    private final String text;

    Kind(String text) {
      this.text = text;
    }
  }

  private record Told(Kind kind, InetAddress client) {}

  private final InstantSource clock;
  private final Map<Kind, AtomicLong> counts = new EnumMap<>(Kind.class);
  private final Map<Told, Long> told =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Told, Long> eldest) {
          return size() > MOST_REMEMBERED;
        }
      };

  /** Lines written since this minute began; guarded as {@link #told}. */
  private int lines;

  private long minute;

  /** Nothing refused yet. */
  public Refusals(InstantSource clock) {
    this.clock = clock;
    for (Kind kind : Kind.values()) {
      counts.put(kind, new AtomicLong());
    }
  }

  /** Notes one. */
  public void note(Kind kind, InetAddress client) {
    long count = count(kind).incrementAndGet();
    if (kind == Kind.BUSY) {
      // Any client that writes faster than the disk comes to this: nothing for people to look into.
      LOG.debug("NFS client {}: {} ({} so far)", client.getHostAddress(), kind.text, count);
    } else if (isWorthALine(kind, client)) {
      LOG.warn("NFS client {}: {} ({} so far)", client.getHostAddress(), kind.text, count);
    }
  }

  /** Whether to log one; if so, it counts as logged. */
  boolean isWorthALine(Kind kind, InetAddress client) {
    long now = clock.millis();
    synchronized (told) {
      if (now - minute >= QUIET_MILLIS) {
        minute = now;
        lines = 0;
      }
      Told key = new Told(kind, client);
      Long before = told.get(key);
      if (lines >= MOST_LINES || (before != null && now - before < QUIET_MILLIS)) {
        return false;
      }
      lines++;
      told.put(key, now);
      return true;
    }
  }

  private AtomicLong count(Kind kind) {
    AtomicLong count = counts.get(kind);
    if (count == null) {
      throw new IllegalStateException("every kind has a count");
    }
    return count;
  }

  /** How often each kind was noted, by name; only those that were. */
  public Map<String, Long> byName() {
    Map<String, Long> found = new LinkedHashMap<>();
    counts.forEach((kind, count) -> {
      if (count.get() > 0) {
        found.put(kind.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'), count.get());
      }
    });
    return found;
  }
}
