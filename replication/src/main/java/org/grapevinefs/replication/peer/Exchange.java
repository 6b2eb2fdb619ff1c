// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.replication.peer.proto.Answer;
import org.grapevinefs.replication.peer.proto.Failure;
import org.grapevinefs.replication.peer.proto.Frame;
import org.jspecify.annotations.Nullable;

/**
 * The answering end of one request: one answer, a failure, or a stream of answers within the window
 * the asker gave.
 *
 * <p>Safe for any thread. After the last answer, a failure, a cancel or the loss of the connection
 * it is over, and everything else said through it is dropped.
 */
final class Exchange {
  private final PeerConnection connection;
  private final long call;
  private final int window;
  private final int requestBytes;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicBoolean over = new AtomicBoolean();
  private volatile @Nullable Runnable onRoom;
  private volatile @Nullable Runnable onEnd;

  Exchange(PeerConnection connection, long call, int window, int requestBytes) {
    this.connection = connection;
    this.call = call;
    this.window = window;
    this.requestBytes = requestBytes;
  }

  /** Who asks. */
  NodeId peer() {
    return connection.peer();
  }

  long call() {
    return call;
  }

  int requestBytes() {
    return requestBytes;
  }

  boolean isOver() {
    return over.get();
  }

  /** Gives the only or last answer. */
  void answer(Answer.Builder answer) {
    if (over.compareAndSet(false, true)) {
      connection.write(frame(answer.setLast(true)));
      end();
    }
  }

  /** Says no. */
  void fail(Failure.Code code, String message) {
    answer(Answer.newBuilder().setFailure(Failure.newBuilder().setCode(code).setMessage(message)));
  }

  /** Whether one more streamed answer may be sent now. */
  boolean hasRoom() {
    return !over.get() && inFlight.get() < window && connection.isWritable();
  }

  /** Sends one answer of a stream; the sender asks {@link #hasRoom} first. */
  void push(Answer.Builder answer) {
    if (!over.get()) {
      Frame frame = frame(answer);
      inFlight.addAndGet(frame.getAnswer().getSerializedSize());
      connection.write(frame);
    }
  }

  /** Has {@code task} run, on a network thread, whenever there may be room again. */
  void onRoom(Runnable task) {
    onRoom = task;
  }

  /** Has {@code task} run once, when the exchange is over for whatever reason. */
  void onEnd(Runnable task) {
    onEnd = task;
    if (over.get()) {
      runEnd();
    }
  }

  void credit(int bytes) {
    inFlight.updateAndGet(now -> Math.max(0, now - Math.max(0, bytes)));
    room();
  }

  void room() {
    Runnable task = onRoom;
    if (task != null && hasRoom()) {
      task.run();
    }
  }

  /** Ends without a word: the asker cancelled, or its connection went. */
  void abandon() {
    if (over.compareAndSet(false, true)) {
      end();
    }
  }

  private void end() {
    connection.finished(this);
    runEnd();
  }

  private void runEnd() {
    Runnable task;
    synchronized (this) {
      task = onEnd;
      onEnd = null;
    }
    if (task != null) {
      task.run();
    }
  }

  private Frame frame(Answer.Builder answer) {
    return Frame.newBuilder().setAnswer(answer.setCall(call)).build();
  }
}
