// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.grapevinefs.replication.peer.proto.Answer;
import org.grapevinefs.replication.peer.proto.Request;
import org.jspecify.annotations.Nullable;

/** A streamed request that a thread waits for. */
final class Collected {

  /** Deals with one answer. */
  interface Each {
    void answer(Answer answer) throws IOException;
  }

  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private volatile @Nullable StreamHandle handle;

  private Collected() {}

  /** Sends a request; its answers are dealt with on {@code workers}. */
  static Collected start(
      PeerConnection connection, Request.Builder request, Each each, Predicate<Runnable> workers) {
    Collected collected = new Collected();
    StreamInbox.Consumer consumer =
        new StreamInbox.Consumer() {
          @Override
          public void answer(Answer answer) throws IOException {
            each.answer(answer);
          }

          @Override
          public void end(@Nullable IOException reason) {
            if (reason == null) {
              collected.end.complete(null);
            } else {
              collected.end.completeExceptionally(reason);
            }
          }
        };
    StreamInbox inbox = new StreamInbox(consumer, workers);
    StreamHandle stream = connection.stream(request, true, inbox);
    inbox.handle(stream);
    collected.handle = stream;
    return collected;
  }

  /** Waits for the last answer; ends the stream if it takes longer. */
  void await(Duration most) throws IOException, InterruptedException {
    boolean done = false;
    try {
      end.get(most.toMillis(), TimeUnit.MILLISECONDS);
      done = true;
    } catch (ExecutionException e) {
      done = true;
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("no answer within " + most.toSeconds() + " s", e);
    } finally {
      StreamHandle stream = handle;
      if (!done && stream != null) {
        stream.cancel();
      }
    }
  }
}
