// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.grapevinefs.replication.peer.proto.Answer;
import org.grapevinefs.replication.peer.proto.Failure;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a stream of answers as fast as its asker takes them, without a thread that waits.
 *
 * <p>Each turn makes a few answers on a worker while there is room; the next turn is asked for when
 * these are out or when room comes back, so that a slow asker costs nothing but its window.
 */
final class StreamPump {
  private static final Logger LOG = LoggerFactory.getLogger(StreamPump.class);
  private static final int ANSWERS_A_TURN = 8;

  /** Makes the answers, one at a time, never from two threads at once. */
  interface Source extends AutoCloseable {

    /** The next answer, or null after the last. */
    Answer.@Nullable Builder next() throws IOException;

    @Override
    void close();
  }

  private final Exchange exchange;
  private final Source source;
  private final Predicate<Runnable> workers;

  /** Turns asked for and not yet dealt with; whoever raises it from 0 starts the work. */
  private final AtomicInteger turns = new AtomicInteger();

  private boolean closed;

  private StreamPump(Exchange exchange, Source source, Predicate<Runnable> workers) {
    this.exchange = exchange;
    this.source = source;
    this.workers = workers;
  }

  /**
   * Streams all of a source through an exchange, in turns on {@code workers} (false: no room
   * there).
   */
  static void start(Exchange exchange, Source source, Predicate<Runnable> workers) {
    StreamPump pump = new StreamPump(exchange, source, workers);
    exchange.onRoom(pump::wake);
    exchange.onEnd(pump::wake);
    pump.wake();
  }

  private void wake() {
    if (turns.getAndIncrement() == 0) {
      submit();
    }
  }

  private void submit() {
    if (!workers.test(this::turn)) {
      exchange.fail(Failure.Code.BUSY, "too many requests");
      turn();
    }
  }

  private void turn() {
    int seen = turns.get();
    boolean more = false;
    if (!closed) {
      try {
        more = send();
      } catch (IOException | RuntimeException e) {
        LOG.debug("a stream to {} ended", exchange.peer().shortForm(), e);
        exchange.fail(Failure.Code.UNKNOWN, String.valueOf(e.getMessage()));
      }
      if (exchange.isOver() && !closed) {
        closed = true;
        source.close();
      }
    }
    if (more || !turns.compareAndSet(seen, 0)) {
      submit();
    }
  }

  /** Whether there is both room and more to send. */
  private boolean send() throws IOException {
    for (int i = 0; i < ANSWERS_A_TURN; i++) {
      if (!exchange.hasRoom()) {
        return false;
      }
      Answer.Builder answer = source.next();
      if (answer == null) {
        exchange.answer(Answer.newBuilder());
        return false;
      }
      exchange.push(answer);
    }
    return exchange.hasRoom();
  }
}
