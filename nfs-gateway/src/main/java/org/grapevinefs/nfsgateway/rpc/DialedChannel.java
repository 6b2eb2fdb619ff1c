// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.rpc;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;

/**
 * A way to a client that listens for calls itself, as clients of minor version 0 do. Each call has
 * a connection and a virtual thread of its own: there are few, and none may hold another up.
 */
public final class DialedChannel implements BackChannel {

  private static final int LAST = 0x8000_0000;
  private static final int MAX_FRAGMENTS = 64;
  private static final int REPLY = 1;
  private static final int MOST_MILLIS_TO_CONNECT = 5_000;

  private final InetSocketAddress client;

  /** A way to a client that listens at an address. */
  public DialedChannel(InetSocketAddress client) {
    this.client = client;
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public CompletableFuture<XdrReader> call(
      int program, int version, int procedure, Auth auth, XdrWriter arguments, Duration patience) {
    CompletableFuture<XdrReader> answer = new CompletableFuture<>();
    byte[] message = CallMessage.encode(1, program, version, procedure, auth, arguments);
    int millis = Math.clamp(patience.toMillis(), 1, Integer.MAX_VALUE);
    Thread.ofVirtual()
        .name("nfs-callback")
        .start(() -> {
          try {
            answer.complete(exchange(message, millis));
          } catch (IOException | BadXdrException e) {
            answer.completeExceptionally(e);
          }
        });
    return answer;
  }

  private XdrReader exchange(byte[] message, int millis) throws IOException, BadXdrException {
    try (Socket socket = new Socket()) {
      socket.setTcpNoDelay(true);
      socket.connect(client, Math.min(millis, MOST_MILLIS_TO_CONNECT));
      socket.setSoTimeout(millis);
      socket.getOutputStream().write(message);
      socket.getOutputStream().flush();
      XdrReader in =
          new XdrReader(ByteBuffer.wrap(record(new DataInputStream(socket.getInputStream()))));
      if (in.int32() != 1 || in.int32() != REPLY) {
        throw new BadXdrException("no answer to this call");
      }
      return CallMessage.results(in);
    }
  }

  private static byte[] record(DataInputStream in) throws IOException {
    ByteBuffer whole = ByteBuffer.allocate(MAX_ANSWER);
    for (int i = 0; i < MAX_FRAGMENTS; i++) {
      int marker = in.readInt();
      int size = marker & ~LAST;
      if (size > whole.remaining()) {
        throw new IOException("an answer of more than " + MAX_ANSWER + " bytes");
      }
      whole.put(in.readNBytes(size));
      if ((marker & LAST) != 0) {
        byte[] bytes = new byte[whole.position()];
        whole.flip().get(bytes);
        return bytes;
      }
    }
    throw new IOException("an answer in too many pieces");
  }
}
