// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.fuzz;

import com.code_intelligence.jazzer.api.BugDetectors;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.grapevinefs.nfsgateway.GatewayFixture;
import org.grapevinefs.nfsgateway.client.RpcConnection;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * Any bytes over a connection: the gateway answers or hangs up, forgets them, and serves the client
 * beside.
 */
class StreamFuzz {

  private static final int MOST_MILLIS = 20_000;
  private static final int MOST_LEFT = 1 << 20;
  private static final AtomicInteger PLACE = new AtomicInteger();

  private static GatewayFixture gateway;
  private static RpcConnection beside;

  @BeforeAll
  static void start() throws IOException {
    gateway = new GatewayFixture();
    beside = gateway.connection();
  }

  @AfterAll
  static void stop() throws IOException {
    beside.close();
    gateway.close();
  }

  @FuzzTest(maxDuration = "10m")
  void stream_ofAnyBytes_isAnsweredOrEnded(byte[] input) throws Exception {
    try (var _ = BugDetectors.allowNetworkConnections();
        Socket socket = new Socket()) {
      // Each from another of this machine's addresses, since ports rest for a minute after use.
      int place = PLACE.incrementAndGet();
      byte[] from = {127, (byte) (1 + ((place >> 16) & 63)), (byte) (place >> 8), (byte) place};
      socket.bind(new InetSocketAddress(InetAddress.getByAddress(from), 0));
      socket.setSoTimeout(MOST_MILLIS);
      socket.connect(gateway.address(), MOST_MILLIS);
      try {
        socket.getOutputStream().write(input);
        socket.shutdownOutput();
        InputStream in = socket.getInputStream();
        byte[] some = new byte[65_536];
        while (in.read(some) >= 0) {
          // Whatever the answer is.
        }
      } catch (java.net.SocketTimeoutException e) {
        throw new AssertionError("neither answered nor ended", e);
      } catch (IOException e) {
        // Hung up, which is an answer.
      }
    }
    if (beside.call(100_003, 4, 0, new XdrWriter(0)).get(MOST_MILLIS, TimeUnit.MILLISECONDS)
        == null) {
      throw new AssertionError("others are not served any more");
    }
    if (gateway.gateway().stats().bytes() > MOST_LEFT) {
      throw new AssertionError("bytes are kept of those who are gone");
    }
  }
}
