// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.load;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.LongSupplier;
import org.grapevinefs.nfsgateway.client.Ops;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;

/**
 * One connection with one session, that keeps a number of requests on the way: each answer is
 * followed by the next request of the same slot. A request is written down once for each slot, and
 * only what differs is changed in it, so that the generator costs little beside the server. Not
 * thread-safe.
 */
final class LoadConnection implements AutoCloseable {

  private static final int PROGRAM = 100_003;
  private static final int LAST = 0x8000_0000;
  private static final int MAX_MESSAGE = (1 << 20) + 8192;
  private static final int SEQUENCE = 53;
  private static final int BUFFER = 1 << 17;

  /** From the start of a request: the fragment's length, then the number of the call. */
  private static final int XID_AT = 4;

  private final Socket socket = new Socket();
  private final DataInputStream in;
  private final OutputStream out;
  private final byte[] session;
  private final int[] sequences;
  private byte[] answer = new byte[BUFFER];

  /** A connection with a client and a session of its own; gone when the server says no. */
  LoadConnection(InetSocketAddress server, String owner, int slots)
      throws IOException, BadXdrException {
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(60_000);
    socket.connect(server, 10_000);
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER));
    out = socket.getOutputStream();
    sequences = new int[slots];
    Ops exchange = new Ops();
    byte[] name = owner.getBytes(StandardCharsets.UTF_8);
    exchange.op(42).int64(System.nanoTime()).opaque(name).int32(0).int32(0).int32(0);
    XdrReader told = once(exchange);
    expect(told, 42);
    long client = told.int64();
    Ops create = new Ops();
    XdrWriter asked = create.op(43).int64(client).int32(told.int32()).int32(0);
    for (int i = 0; i < 2; i++) {
      asked.int32(0).int32(MAX_MESSAGE).int32(MAX_MESSAGE).int32(8192).int32(16).int32(slots);
      asked.int32(0);
    }
    asked.int32(0x4000_0000).int32(1).int32(0);
    XdrReader made = once(create);
    expect(made, 43);
    session = made.fixed(16);
    run(new Ops().reclaimComplete());
  }

  private XdrReader once(Ops ops) throws IOException, BadXdrException {
    out.write(message(new XdrWriter(256), ops, 0));
    return read();
  }

  /** Runs one compound in the first slot; its results stand behind those of SEQUENCE. */
  XdrReader run(Ops ops) throws IOException, BadXdrException {
    out.write(request(0, ops));
    XdrReader results = read();
    expect(results, SEQUENCE);
    results.fixed(36);
    return results;
  }

  /** Passes over the head of a result, which must be OK. */
  static void expect(XdrReader in, int op) throws IOException, BadXdrException {
    int found = in.int32();
    int status = in.int32();
    if (found != op || status != 0) {
      throw new IOException("operation " + found + " ended with " + status + ", not " + op);
    }
  }

  private byte[] request(int slot, Ops ops) {
    sequences[slot]++;
    XdrWriter head = new XdrWriter(256);
    head.int32(SEQUENCE).fixed(session).int32(sequences[slot]).int32(slot);
    head.int32(sequences.length - 1).int32(0);
    return message(head, ops, 1);
  }

  private static byte[] message(XdrWriter before, Ops ops, int more) {
    XdrWriter head = new XdrWriter(256);
    head.int32(0).int32(1).int32(0).int32(2).int32(PROGRAM).int32(4).int32(1);
    head.int32(1).int32(24).int32(0).int32(0).int32(0).int32(0).int32(1).int32(0);
    head.int32(0).int32(0);
    head.int32(0).int32(1).int32(ops.count() + more);
    head.fixed(before.toByteArray()).fixed(ops.bytes());
    byte[] bytes = head.toByteArray();
    ByteBuffer.wrap(bytes).putInt((bytes.length - 4) | LAST);
    return bytes;
  }

  private XdrReader read() throws IOException, BadXdrException {
    int length = answer();
    ByteBuffer reply = ByteBuffer.wrap(answer, 0, length).slice();
    if (reply.getInt(8) != 0 || reply.getInt(20) != 0) {
      throw new IOException("a call was refused");
    }
    XdrReader results = new XdrReader(reply.slice(24, length - 24));
    results.int32();
    results.opaque(64);
    results.int32();
    return results;
  }

  private int answer() throws IOException {
    int marker = in.readInt();
    int length = marker & ~LAST;
    if ((marker & LAST) == 0 || length < 28 || length > 2 * MAX_MESSAGE) {
      throw new IOException("an answer of " + length + " bytes");
    }
    if (answer.length < length) {
      answer = new byte[length];
    }
    in.readFully(answer, 0, length);
    return length;
  }

  /** Where the sequence number of a request stands: behind the head, the tag and the session. */
  private static final int SEQUENCE_AT = 17 * 4 + 3 * 4 + 4 + 16;

  /** Changes a request into the next of its kind. */
  @FunctionalInterface
  interface Next {
    /** Changes it in place. */
    void change(ByteBuffer request, long number);
  }

  /**
   * Keeps one request of each slot on the way until a moment.
   *
   * @param kind what a request is; written down once for each slot
   * @param numbers counts the requests
   * @param until the moment, as {@link System#nanoTime} has it
   * @param times takes how long each one took
   */
  void run(Ops[] kind, Next next, LongSupplier numbers, long until, Times times)
      throws IOException {
    int slots = sequences.length;
    ByteBuffer[] requests = new ByteBuffer[slots];
    long[] begun = new long[slots];
    for (int i = 0; i < slots; i++) {
      requests[i] = ByteBuffer.wrap(request(i, kind[i % kind.length]));
      sequences[i]--;
      send(requests[i], i, next, numbers);
      begun[i] = System.nanoTime();
    }
    int left = slots;
    while (left > 0) {
      int length = answer();
      long now = System.nanoTime();
      ByteBuffer reply = ByteBuffer.wrap(answer, 0, length);
      int slot = reply.getInt(0);
      int status = reply.getInt(24);
      if (reply.getInt(8) != 0 || reply.getInt(20) != 0 || status != 0) {
        throw new IOException("a compound ended with " + status);
      }
      times.took(now - begun[slot]);
      if (now - until >= 0) {
        left--;
        continue;
      }
      begun[slot] = now;
      send(requests[slot], slot, next, numbers);
    }
  }

  private void send(ByteBuffer request, int slot, Next next, LongSupplier numbers)
      throws IOException {
    request.putInt(XID_AT, slot).putInt(SEQUENCE_AT, ++sequences[slot]);
    next.change(request, numbers.getAsLong());
    out.write(request.array(), request.arrayOffset(), request.capacity());
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
