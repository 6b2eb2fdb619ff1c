// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.rpc;

import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.jspecify.annotations.Nullable;

/**
 * The answers to the last calls that must not happen twice, for versions without sessions: a client
 * that lost its connection sends a call again under its old number, from its old port. Thread-safe.
 */
public final class ReplyCache {

  private static final int MOST = 1_024;
  private static final int LONGEST_CALL = 16_384;
  private static final int LONGEST_REPLY = 4_096;
  private static final int PATIENCE_SECONDS = 10;

  /** A call told from all others, also from another with its number. */
  private record Key(InetSocketAddress from, int xid, int procedure, long sum) {}

  /** An answer, and whether to give it again to one who asks again. */
  public record Answer(XdrWriter reply, boolean keep) {}

  /** The work that a call asks for. */
  @FunctionalInterface
  public interface Work {
    /** Does it. */
    Answer run() throws BadXdrException;
  }

  private final Map<Key, CompletableFuture<byte[]>> answers = new LinkedHashMap<>();

  /** Nothing answered yet. */
  public ReplyCache() {}

  /**
   * Does what a call asks for, or gives the answer that it was given before. While a call is worked
   * on, its repeats wait.
   */
  public XdrWriter once(Call call, XdrReader arguments, Work work) throws BadXdrException {
    if (arguments.remaining() > LONGEST_CALL) {
      return work.run().reply();
    }
    Key key = new Key(call.from(), call.xid(), call.procedure(), arguments.copy().sum());
    CompletableFuture<byte[]> mine = new CompletableFuture<>();
    CompletableFuture<byte[]> earlier = begin(key, mine);
    byte[] known = earlier == null ? null : await(earlier);
    if (known != null) {
      return new XdrWriter(known.length).fixed(known);
    }
    boolean kept = false;
    try {
      Answer answer = work.run();
      kept = answer.keep() && answer.reply().size() <= LONGEST_REPLY;
      if (kept) {
        mine.complete(answer.reply().toByteArray());
      }
      return answer.reply();
    } finally {
      if (!kept) {
        forget(key, mine);
        mine.cancel(false);
      }
    }
  }

  private synchronized @Nullable CompletableFuture<byte[]> begin(
      Key key, CompletableFuture<byte[]> mine) {
    CompletableFuture<byte[]> earlier = answers.putIfAbsent(key, mine);
    if (answers.size() > MOST) {
      Iterator<Key> oldest = answers.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
    return earlier;
  }

  private synchronized void forget(Key key, CompletableFuture<byte[]> mine) {
    answers.remove(key, mine);
  }

  private static byte @Nullable [] await(CompletableFuture<byte[]> earlier) {
    try {
      return earlier.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } catch (java.util.concurrent.CancellationException | ExecutionException | TimeoutException e) {
      return null;
    }
  }
}
