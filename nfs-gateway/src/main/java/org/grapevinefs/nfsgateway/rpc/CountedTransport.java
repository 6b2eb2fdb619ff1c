// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.rpc;

import java.net.InetSocketAddress;
import java.nio.channels.CompletionHandler;
import java.util.concurrent.atomic.AtomicInteger;
import org.dcache.oncrpc4j.rpc.ReplyQueue;
import org.dcache.oncrpc4j.rpc.RpcAuthException;
import org.dcache.oncrpc4j.rpc.RpcTransport;
import org.dcache.oncrpc4j.xdr.Xdr;

/** The way one call's answer takes, counted at the {@link Gate} until it is sent. */
final class CountedTransport implements RpcTransport {

  private static final int WORKING = 0;
  private static final int SENDING = 1;
  private static final int DONE = 2;

  private final RpcTransport below;
  private final Gate gate;
  private final Peer peer;
  private final int callSize;
  private final AtomicInteger state = new AtomicInteger();

  CountedTransport(RpcTransport below, Gate gate, Peer peer, int callSize) {
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
