// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;

/**
 * A client with one session over one connection; as many compounds on the way at a time as the
 * session has slots. Thread-safe.
 */
public final class Nfs4Client implements AutoCloseable {

  /** The longest that a compound may take, in seconds. */
  public static final int PATIENCE = 30;

  private static final int PROGRAM = 100_003;
  private static final int MAX_MESSAGE = (1 << 20) + 4096;
  private static final int SLOTS = 64;

  private record Slot(int number, int[] sequence) {}

  private final RpcConnection connection;
  private final int minor;
  private final long clientId;
  private final byte[] session;
  private final BlockingQueue<Slot> free;

  private Nfs4Client(RpcConnection connection, Nfs4Client like) {
    this.connection = connection;
    minor = like.minor;
    clientId = like.clientId;
    session = like.session;
    free = like.free;
  }

  private Nfs4Client(
      RpcConnection connection, int minor, long clientId, byte[] session, int slots) {
    this.connection = connection;
    this.minor = minor;
    this.clientId = clientId;
    this.session = session;
    free = new ArrayBlockingQueue<>(SLOTS);
    for (int i = 0; i < slots; i++) {
      free.add(new Slot(i, new int[1]));
    }
  }

  /** A client with a session, that has nothing to reclaim and said so. */
  public static Nfs4Client connect(InetSocketAddress server, int minor, String owner)
      throws IOException, BadXdrException {
    Nfs4Client client = connect(server, minor, owner, 1, 0, 0);
    client.run(new Ops().reclaimComplete());
    return client;
  }

  /**
   * A client with a session, that may still reclaim.
   *
   * @param verifier another one says that the client restarted
   */
  public static Nfs4Client connect(
      InetSocketAddress server, int minor, String owner, long verifier, int uid, int gid)
      throws IOException, BadXdrException {
    return connect(new RpcConnection(server, uid, gid), minor, owner, verifier);
  }

  /** A client with a session over a connection that is there. */
  public static Nfs4Client connect(RpcConnection connection, int minor, String owner, long verifier)
      throws IOException, BadXdrException {
    return connect(connection, minor, owner, verifier, 0);
  }

  /** A client with a session that can be called back, and that may still reclaim. */
  public static Nfs4Client connect(
      InetSocketAddress server, int minor, String owner, CallbackServer callbacks)
      throws IOException, BadXdrException {
    return connect(server, minor, owner, callbacks, 0);
  }

  /** The same, on behalf of a user. */
  public static Nfs4Client connect(
      InetSocketAddress server, int minor, String owner, CallbackServer callbacks, int uid)
      throws IOException, BadXdrException {
    RpcConnection connection = new RpcConnection(server, uid, uid);
    connection.serve(callbacks::call);
    return connect(connection, minor, owner, 1, 2);
  }

  private static Nfs4Client connect(
      RpcConnection connection, int minor, String owner, long verifier, int flags)
      throws IOException, BadXdrException {
    Ops exchange = new Ops();
    exchange
        .op(42)
        .int64(verifier)
        .opaque(owner.getBytes(StandardCharsets.UTF_8))
        .int32(0)
        .int32(0)
        .int32(0);
    XdrReader told = send(connection, minor, exchange).expect(42);
    long clientId = told.int64();
    int sequence = told.int32();
    Ops create = new Ops();
    XdrWriter out = create.op(43).int64(clientId).int32(sequence).int32(flags);
    for (int i = 0; i < 2; i++) {
      out.int32(0).int32(MAX_MESSAGE).int32(MAX_MESSAGE).int32(8192).int32(32).int32(SLOTS);
      out.int32(0);
    }
    out.int32(0x4000_0000).int32(1).int32(0);
    XdrReader made = send(connection, minor, create).expect(43);
    byte[] session = made.fixed(16);
    made.fixed(8);
    made.fixed(20);
    int slots = made.int32();
    return new Nfs4Client(connection, minor, clientId, session, Math.min(SLOTS, slots));
  }

  /** Sends a compound outside of any session. */
  public static Reply send(RpcConnection connection, int minor, Ops ops)
      throws IOException, BadXdrException {
    return new Reply(await(connection.call(PROGRAM, 4, 1, compound(minor, ops))));
  }

  private static XdrWriter compound(int minor, Ops ops) {
    XdrWriter out = new XdrWriter(512);
    out.opaque(new byte[0]).int32(minor).int32(ops.count()).fixed(ops.bytes());
    return out;
  }

  /** Waits for an answer. */
  public static <T> T await(CompletableFuture<T> future) throws IOException {
    try {
      return future.get(PATIENCE, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    } catch (TimeoutException e) {
      throw new IOException("no answer in " + PATIENCE + " s", e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException io -> throw io;
        case RpcFailure failure -> throw failure;
        case null, default -> throw new IOException(e);
      }
    }
  }

  /** The client's number. */
  public long clientId() {
    return clientId;
  }

  /** The session's name. */
  public byte[] session() {
    return session.clone();
  }

  /** The same session over another connection, perhaps on behalf of another user. */
  public Nfs4Client over(RpcConnection other) {
    return new Nfs4Client(other, this);
  }

  /** The connection below. */
  public RpcConnection connection() {
    return connection;
  }

  /** A compound with a given SEQUENCE before it, for tests of slots. */
  public Reply runAt(int slot, int sequence, boolean cache, Ops ops)
      throws IOException, BadXdrException {
    return new Reply(await(callAt(slot, sequence, cache, ops)));
  }

  private CompletableFuture<ByteBuffer> callAt(int slot, int sequence, boolean cache, Ops ops) {
    XdrWriter out = new XdrWriter(512);
    out.opaque(new byte[0]).int32(minor).int32(ops.count() + 1);
    out.int32(53).fixed(session).int32(sequence).int32(slot).int32(SLOTS - 1).bool(cache);
    out.fixed(ops.bytes());
    return connection.call(PROGRAM, 4, 1, out);
  }

  /** Starts a compound in a free slot, waiting for one if need be. */
  public CompletableFuture<ByteBuffer> start(Ops ops) throws IOException {
    Slot slot;
    try {
      slot = free.poll(PATIENCE, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
    if (slot == null) {
      throw new IOException("no slot in " + PATIENCE + " s");
    }
    slot.sequence()[0]++;
    return callAt(slot.number(), slot.sequence()[0], false, ops)
        .whenComplete((reply, failure) -> free.add(slot));
  }

  /** Runs a compound; the reply stands behind SEQUENCE if that was OK. */
  public Reply run(Ops ops) throws IOException, BadXdrException {
    Reply reply = new Reply(await(start(ops)));
    if (reply.results() > 1 || reply.status() == 0) {
      reply.expect(53).fixed(36);
    }
    return reply;
  }

  /** Runs a compound and tells how it ended. */
  public int status(Ops ops) throws IOException, BadXdrException {
    return run(ops).status();
  }

  /** Goes away without a word, as a client that crashed. */
  @Override
  public void close() throws IOException {
    connection.close();
  }
}
