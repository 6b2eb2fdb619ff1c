// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports to listen on in a moment. They lie below those that the kernel gives to whoever asks for
 * any, or for a connection, which else takes one before its listener does.
 */
public final class FreePorts {

  private static final int LOWEST = 10_000;
  private static final int ABOVE = 32_000;
  private static final int TRIES = 1_000;

  private FreePorts() {}

  /** So many ports of the loopback address that nobody listens on now. */
  public static int[] of(int count) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < TRIES && sockets.size() < count; i++) {
        int port = ThreadLocalRandom.current().nextInt(LOWEST, ABOVE);
        ServerSocket socket = new ServerSocket();
        try {
          socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
          sockets.add(socket);
        } catch (IOException e) {
          socket.close();
        }
      }
      if (sockets.size() < count) {
        throw new IOException("no free ports");
      }
      return sockets.stream().mapToInt(ServerSocket::getLocalPort).toArray();
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
  }
}
