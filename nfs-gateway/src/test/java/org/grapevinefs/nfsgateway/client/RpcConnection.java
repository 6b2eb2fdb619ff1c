// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.client;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.jspecify.annotations.Nullable;

/** A TCP connection with any number of RPC calls on the way at a time. Thread-safe. */
public final class RpcConnection implements AutoCloseable {

  private static final int MAX_MESSAGE = 4 << 20;
  private static final int LAST = 0x8000_0000;

  private final Socket socket;
  private final OutputStream out;
  private final Map<Integer, CompletableFuture<ByteBuffer>> waiting = new ConcurrentHashMap<>();
  private final AtomicInteger lastXid = new AtomicInteger();
  private final int uid;
  private final int gid;
  private volatile Function<ByteBuffer, byte @Nullable []> server = call -> null;

  /** A connection on behalf of a user. */
  public RpcConnection(InetSocketAddress server, int uid, int gid) throws IOException {
    this(server, uid, gid, null);
  }

  /** A connection from one of this machine's addresses. */
  public RpcConnection(InetSocketAddress server, int uid, int gid, @Nullable InetAddress from)
      throws IOException {
    this(connected(server, from), uid, gid);
  }

  /** A connection that is there, on behalf of a user. */
  public RpcConnection(Socket connected, int uid, int gid) throws IOException {
    this.uid = uid;
    this.gid = gid;
    socket = connected;
    out = socket.getOutputStream();
    Thread.ofPlatform().daemon().name("nfs-client").start(this::readAll);
  }

  private static Socket connected(InetSocketAddress server, @Nullable InetAddress from)
      throws IOException {
    Socket socket = new Socket();
    socket.setTcpNoDelay(true);
    socket.bind(from == null ? null : new InetSocketAddress(from, 0));
    socket.connect(server, 10_000);
    return socket;
  }

  private void readAll() {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16))) {
      while (true) {
        int marker = in.readInt();
        int length = marker & ~LAST;
        if ((marker & LAST) == 0 || length > MAX_MESSAGE) {
          throw new IOException("a reply of " + length + " bytes");
        }
        ByteBuffer reply = ByteBuffer.wrap(in.readNBytes(length));
        if (reply.getInt(4) == 0) {
          answer(reply);
          continue;
        }
        CompletableFuture<ByteBuffer> waiter = waiting.remove(reply.getInt());
        if (waiter != null) {
          finish(waiter, reply);
        }
      }
    } catch (IOException e) {
      waiting.values().forEach(waiter -> waiter.completeExceptionally(e));
      waiting.clear();
    }
  }

  private void answer(ByteBuffer call) throws IOException {
    byte @Nullable [] results = server.apply(call.slice(24, call.limit() - 24));
    if (results == null) {
      return;
    }
    ByteBuffer message = ByteBuffer.allocate(28 + results.length);
    message.putInt((24 + results.length) | LAST).putInt(call.getInt(0)).putInt(1);
    sendRaw(message.putInt(0).putInt(0).putInt(0).putInt(0).put(results).array());
  }

  /**
   * Answers calls that come from the server.
   *
   * @param program is given a call from its credential on; returns the results, or null to stay
   *     silent
   */
  public void serve(Function<ByteBuffer, byte @Nullable []> program) {
    server = program;
  }

  private static void finish(CompletableFuture<ByteBuffer> waiter, ByteBuffer reply) {
    reply.getInt();
    int rejected = reply.getInt();
    if (rejected != 0) {
      waiter.completeExceptionally(new RpcFailure(-1));
      return;
    }
    reply.getInt();
    int verifier = reply.getInt();
    reply.position(reply.position() + verifier);
    int status = reply.getInt();
    if (status == 0) {
      waiter.complete(reply);
    } else {
      waiter.completeExceptionally(new RpcFailure(status));
    }
  }

  /**
   * Calls a procedure; the future ends with the results, with {@link RpcFailure} or with an
   * IOException.
   */
  public CompletableFuture<ByteBuffer> call(
      int program, int version, int procedure, XdrWriter arguments) {
    return callAs(lastXid.incrementAndGet(), program, version, procedure, arguments);
  }

  /** As {@link #call} under a number of the caller's choice. */
  public CompletableFuture<ByteBuffer> callAs(
      int xid, int program, int version, int procedure, XdrWriter arguments) {
    XdrWriter head = new XdrWriter(128);
    head.int32(xid).int32(0).int32(2).int32(program).int32(version).int32(procedure);
    head.int32(1).int32(24).int32(0).int32(0).int32(uid).int32(gid).int32(1).int32(gid);
    head.int32(0).int32(0);
    CompletableFuture<ByteBuffer> waiter = new CompletableFuture<>();
    waiting.put(xid, waiter);
    byte[] first = head.toByteArray();
    byte[] rest = arguments.toByteArray();
    byte[] message = new byte[4 + first.length + rest.length];
    ByteBuffer.wrap(message).putInt((first.length + rest.length) | LAST).put(first).put(rest);
    try {
      sendRaw(message);
    } catch (IOException e) {
      waiting.remove(xid);
      waiter.completeExceptionally(e);
    }
    return waiter;
  }

  /** Sends bytes as they are, for tests that say what no client should. */
  public void sendRaw(byte[] bytes) throws IOException {
    synchronized (out) {
      out.write(bytes);
      out.flush();
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
