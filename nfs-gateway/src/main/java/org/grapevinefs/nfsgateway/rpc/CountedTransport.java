// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.rpc;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.CompletionHandler;
import java.util.concurrent.atomic.AtomicInteger;
import org.dcache.oncrpc4j.rpc.ReplyQueue;
import org.dcache.oncrpc4j.rpc.RpcAuthException;
import org.dcache.oncrpc4j.rpc.RpcTransport;
import org.dcache.oncrpc4j.xdr.Xdr;
import org.glassfish.grizzly.Buffer;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.EmptyCompletionHandler;
import org.glassfish.grizzly.WriteResult;
import org.glassfish.grizzly.asyncqueue.WritableMessage;
import org.glassfish.grizzly.memory.BuffersBuffer;
import org.glassfish.grizzly.memory.ByteBufferWrapper;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.jspecify.annotations.Nullable;

/** The way one call's answer takes, counted at the {@link Gate} until it is sent. */
final class CountedTransport implements RpcTransport {

  private static final int WORKING = 0;
  private static final int SENDING = 1;
  private static final int DONE = 2;

  private static final int LAST = 0x8000_0000;
  private static final int HEAD = 24;
  private static final int REPLY = 1;

  private final Connection<InetSocketAddress> connection;
  private final RpcTransport below;
  private final Gate gate;
  private final Peer peer;
  private final int callSize;
  private final AtomicInteger state = new AtomicInteger();

  CountedTransport(
      Connection<InetSocketAddress> connection,
      RpcTransport below,
      Gate gate,
      Peer peer,
      int callSize) {
    this.connection = connection;
    this.below = below;
    this.gate = gate;
    this.peer = peer;
    this.callSize = callSize;
  }

  Peer peer() {
    return peer;
  }

  /** Says that the work is done, with an answer or without. */
  void worked() {
    if (state.compareAndSet(WORKING, DONE)) {
      gate.done(peer, callSize, false);
    }
  }

  /** Sends results as the call was accepted, payloads by reference. */
  void reply(int xid, XdrWriter results) {
    if (!state.compareAndSet(WORKING, SENDING)) {
      return;
    }
    int size = HEAD + results.size();
    gate.sending(peer, size);
    connection.write(
        null,
        message(xid, results, size),
        new EmptyCompletionHandler<WriteResult<WritableMessage, InetSocketAddress>>() {
          @Override
          public void completed(WriteResult<WritableMessage, InetSocketAddress> result) {
            sent(size);
            results.sent();
          }

          @Override
          public void failed(Throwable failure) {
            // The client is gone. Its bytes may still be looked at, so they are not used again.
            sent(size);
          }
        });
  }

  private Buffer message(int xid, XdrWriter results, int size) {
    ByteBuffer plain = ByteBuffer.allocate(4 + HEAD + results.plainSize());
    plain.putInt(size | LAST).putInt(xid).putInt(REPLY).putInt(0).putInt(0).putInt(0).putInt(0);
    if (!results.hasPayload()) {
      results.drainTo(new Parts(plain, null));
      return new ByteBufferWrapper(plain.flip());
    }
    BuffersBuffer whole = BuffersBuffer.create(connection.getMemoryManager());
    Parts parts = new Parts(plain, whole);
    results.drainTo(parts);
    parts.flush();
    return whole;
  }

  /** Puts ordinary bytes into one buffer, and stretches of it between payloads. */
  private static final class Parts implements XdrWriter.Sink {
    private final ByteBuffer plain;
    private final @Nullable BuffersBuffer whole;
    private int from;

    Parts(ByteBuffer plain, @Nullable BuffersBuffer whole) {
      this.plain = plain;
      this.whole = whole;
    }

    void flush() {
      if (whole != null && plain.position() > from) {
        whole.append(new ByteBufferWrapper(plain.slice(from, plain.position() - from)));
        from = plain.position();
      }
    }

    @Override
    public void bytes(byte[] array, int offset, int length) {
      plain.put(array, offset, length);
    }

    @Override
    public void payload(ByteBuffer data) {
      int length = data.remaining();
      plain.putInt(length);
      flush();
      if (whole != null && length > 0) {
        whole.append(new ByteBufferWrapper(data));
      }
      plain.put(new byte[-length & 3]);
    }
  }

  @Override
  public <A> void send(Xdr xdr, A attachment, CompletionHandler<Integer, ? super A> handler) {
    if (!state.compareAndSet(WORKING, SENDING)) {
      below.send(xdr, attachment, handler);
      return;
    }
    int size = xdr.asBuffer().remaining();
    gate.sending(peer, size);
    below.send(
        xdr,
        attachment,
        new CompletionHandler<Integer, A>() {
          @Override
          public void completed(Integer result, A with) {
            sent(size);
            handler.completed(result, with);
          }

          @Override
          public void failed(Throwable failure, A with) {
            // The client is gone, which is no news; oncrpc4j would log each answer it does not get.
            sent(size);
          }
        });
  }

  private void sent(int size) {
    if (state.compareAndSet(SENDING, DONE)) {
      gate.done(peer, callSize + size, true);
    }
  }

  @Override
  public ReplyQueue getReplyQueue() {
    return below.getReplyQueue();
  }

  @Override
  public boolean isOpen() {
    return below.isOpen();
  }

  @Override
  public InetSocketAddress getLocalSocketAddress() {
    return below.getLocalSocketAddress();
  }

  @Override
  public InetSocketAddress getRemoteSocketAddress() {
    return below.getRemoteSocketAddress();
  }

  @Override
  public RpcTransport getPeerTransport() {
    return below.getPeerTransport();
  }

  @Override
  public void startTLS() throws RpcAuthException {
    below.startTLS();
  }

  @Override
  public boolean isTLS() {
    return below.isTLS();
  }
}
