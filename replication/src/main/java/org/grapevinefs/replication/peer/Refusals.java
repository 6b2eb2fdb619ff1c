// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import io.netty.handler.ssl.NotSslRecordException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections that were turned away: all are counted, each kind is logged once a place, and those
 * with a key that does not belong are remembered for a while, for the administrator to see. Safe
 * for any thread.
 */
final class Refusals {
  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
  private static final int MAX_LOGGED = 1_024;
  private static final int MAX_REMEMBERED = 32;
  private static final int MAX_WORDS = 200;

  /** Peers call again every ten seconds at least, so that what is still wrong is seen anew. */
  private static final long REMEMBERED_TICKS = 15;

  private final AtomicLong count = new AtomicLong();
  private final Set<String> logged = ConcurrentHashMap.newKeySet();
  private final Map<String, Long> wrongKeys = new ConcurrentHashMap<>();
  private final AtomicLong ticks = new AtomicLong();

  /** Two seconds have passed. */
  void tick() {
    long now = ticks.incrementAndGet();
    wrongKeys.values().removeIf(since -> now - since > REMEMBERED_TICKS);
  }

  void add(String host, Throwable reason) {
    count.incrementAndGet();
    String wrongKey = wrongKey(reason);
    String words = host + ": " + (wrongKey != null ? wrongKey : words(reason));
    if (wrongKey != null && (wrongKeys.size() < MAX_REMEMBERED || wrongKeys.containsKey(words))) {
      wrongKeys.put(words, ticks.get());
    }
    if (logged.size() < MAX_LOGGED && logged.add(words)) {
      LOG.warn("a connection was refused (logged once), {}", words);
    }
  }

  private static @Nullable String wrongKey(Throwable reason) {
    for (Throwable t = reason; t != null; t = t.getCause()) {
      String message = String.valueOf(t.getMessage());
      if (t instanceof CertificateException) {
        return message;
      }
      if (message.contains("fatal alert: certificate") || message.contains("alert: bad_cert")) {
        return "it does not take this node's key";
      }
    }
    return null;
  }

  /** Never the bytes that came: they may be many, and different each time. */
  private static String words(Throwable reason) {
    for (Throwable t = reason; t != null; t = t.getCause()) {
      if (t instanceof NotSslRecordException) {
        return "what came is not TLS";
      }
      if (t instanceof ClosedChannelException) {
        return "it ended before both knew each other";
      }
    }
    String words = String.valueOf(reason.getMessage());
    return words.substring(0, Math.min(words.length(), MAX_WORDS));
  }

  long count() {
    return count.get();
  }

  List<String> wrongKeys() {
    return wrongKeys.keySet().stream().sorted().toList();
  }
}
