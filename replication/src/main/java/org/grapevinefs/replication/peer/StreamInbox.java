// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Predicate;
import org.grapevinefs.replication.peer.PeerException.Kind;
import org.grapevinefs.replication.peer.proto.Answer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The receiving end of a stream: its answers one after the other on workers, and room given back
 * once each is dealt with, so that never more than the window is in memory.
 */
final class StreamInbox implements AnswerSink {
  private static final Logger LOG = LoggerFactory.getLogger(StreamInbox.class);

  /** Who deals with the answers. */
  interface Consumer {
    void answer(Answer answer) throws IOException;

    /** Called once at the end: well if {@code reason} is null. */
    void end(@Nullable IOException reason);
  }

  private final Consumer consumer;
  private final Predicate<Runnable> workers;
  private final Queue<Answer> queue = new ArrayDeque<>();
  private @Nullable StreamHandle handle;
  private @Nullable PeerException broken;
  private boolean last;
  private boolean running;
  private boolean over;

  StreamInbox(Consumer consumer, Predicate<Runnable> workers) {
    this.consumer = consumer;
    this.workers = workers;
  }

  void handle(StreamHandle stream) {
    synchronized (this) {
      handle = stream;
    }
  }

  @Override
  public void answer(Answer answer) {
    synchronized (this) {
      queue.add(answer);
      last |= answer.getLast();
    }
    start();
  }

  @Override
  public void failed(PeerException reason) {
    synchronized (this) {
      broken = reason;
    }
    start();
  }

  private void start() {
    synchronized (this) {
      if (running || over) {
        return;
      }
      running = true;
    }
    if (!workers.test(this::run)) {
      end(new PeerException(Kind.NOT_SENT, "too much to do"));
    }
  }

  private void run() {
    while (true) {
      Answer answer;
      IOException reason;
      boolean complete;
      synchronized (this) {
        answer = broken == null ? queue.poll() : null;
        reason = broken;
        complete = last && answer == null;
        if (answer == null && reason == null && !complete) {
          running = false;
          return;
        }
      }
      if (answer == null) {
        end(reason);
        return;
      }
      try {
        consumer.answer(answer);
      } catch (IOException | RuntimeException e) {
        cancel();
        end(e instanceof IOException io ? io : new IOException("a bad answer", e));
        return;
      }
      credit(answer.getSerializedSize());
    }
  }

  private synchronized void credit(int bytes) {
    StreamHandle stream = handle;
    if (stream != null && !last) {
      stream.credit(bytes);
    }
  }

  private synchronized void cancel() {
    StreamHandle stream = handle;
    if (stream != null) {
      stream.cancel();
    }
  }

  private void end(@Nullable IOException reason) {
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
      queue.clear();
    }
    try {
      consumer.end(reason);
    } catch (RuntimeException e) {
      LOG.error("ending a stream failed", e);
    }
  }
}
