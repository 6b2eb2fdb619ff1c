// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.rpc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.memory.ByteBufferWrapper;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;

/**
 * The way back over a connection that the client opened. Answers are matched within the connection
 * alone, so that no client can answer for another.
 */
final class ConnectionChannel implements BackChannel {

  private static final int MOST_WAITING = 256;

  private final Connection<?> connection;
  private final AtomicInteger lastXid = new AtomicInteger();
  private final Map<Integer, CompletableFuture<XdrReader>> waiting = new ConcurrentHashMap<>();

  ConnectionChannel(Connection<?> connection) {
    this.connection = connection;
  }

  @Override
  public boolean isOpen() {
    return connection.isOpen();
  }

  @Override
  public CompletableFuture<XdrReader> call(
      int program, int version, int procedure, Auth auth, XdrWriter arguments, Duration patience) {
    CompletableFuture<XdrReader> answer = new CompletableFuture<>();
    if (waiting.size() >= MOST_WAITING) {
      answer.completeExceptionally(new IOException("too many calls wait for an answer"));
      return answer;
    }
    int xid = lastXid.incrementAndGet();
    waiting.put(xid, answer);
    byte[] message = CallMessage.encode(xid, program, version, procedure, auth, arguments);
    var _ = connection.write(new ByteBufferWrapper(ByteBuffer.wrap(message)));
    if (!connection.isOpen()) {
      closed();
    }
    return answer
        .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((results, failure) -> waiting.remove(xid));
  }

  /** Takes an answer; one that nobody waits for is forgotten. */
  void answered(ByteBuffer message) {
    XdrReader in = new XdrReader(message);
    try {
      CompletableFuture<XdrReader> answer = waiting.remove(in.int32());
      if (answer == null) {
        return;
      }
      in.int32();
      try {
        answer.complete(CallMessage.results(in));
      } catch (BadXdrException e) {
        answer.completeExceptionally(e);
      }
    } catch (BadXdrException e) {
      throw new IllegalStateException("checked before", e);
    }
  }

  /** Says that no answers come any more. */
  void closed() {
    waiting
        .values()
        .forEach(answer -> answer.completeExceptionally(new IOException("the connection is gone")));
    waiting.clear();
  }
}
