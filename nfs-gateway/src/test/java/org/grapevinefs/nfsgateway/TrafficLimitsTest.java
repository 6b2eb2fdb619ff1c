// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.grapevinefs.nfsgateway.client.Nfs3Client;
import org.grapevinefs.nfsgateway.client.Nfs4Client;
import org.grapevinefs.nfsgateway.client.Ops;
import org.grapevinefs.nfsgateway.client.RpcConnection;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections over the bounds: what they lose, and that others lose nothing. */
class TrafficLimitsTest {

  private static final int LAST = 0x8000_0000;
  private static final int MIB = 1 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration SEND_PATIENCE = Duration.ofMinutes(2);

  private final GatewayFixture gateway =
      new GatewayFixture(
          Limits.DEFAULT.with(
              new Limits.Traffic(6, 4, 64, 16L * MIB, 3L * MIB, PATIENCE, SEND_PATIENCE)));
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
    gateway.close();
  }

  private RpcConnection from(String address) throws IOException {
    RpcConnection connection =
        new RpcConnection(gateway.address(), 0, 0, InetAddress.getByName(address));
    open.add(connection);
    return connection;
  }

  private static boolean answers(RpcConnection connection) throws Exception {
    try {
      return connection.call(100_003, 4, 0, new XdrWriter(0)).get(10, TimeUnit.SECONDS) != null;
    } catch (ExecutionException e) {
      return false;
    }
  }

  private void awaitRefusal(String kind) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(gateway.gateway().stats().refusals()).containsKey(kind));
  }

  @Test
  void connection_overTheBoundOfItsAddress_isClosedAndOthersServed() throws Exception {
    List<RpcConnection> taken = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      taken.add(from("127.0.0.1"));
      assertThat(answers(taken.get(i))).isTrue();
    }
    assertThat(answers(from("127.0.0.1"))).isFalse();
    awaitRefusal("connections-of-address");
    assertThat(answers(from("127.0.0.2"))).isTrue();
    taken.get(0).close();
    await().until(() -> gateway.gateway().stats().connections() == 4);
    assertThat(answers(from("127.0.0.1"))).isTrue();
  }

  @Test
  void connection_overTheBoundOfAll_isClosed() throws Exception {
    for (int i = 0; i < 6; i++) {
      assertThat(answers(from("127.0.0." + (1 + i)))).isTrue();
    }
    assertThat(answers(from("127.0.0.9"))).isFalse();
    awaitRefusal("connections");
  }

  @Test
  void halfAMessage_thenSilence_isClosedAfterAWhile() throws Exception {
    RpcConnection slow = from("127.0.0.2");
    assertThat(answers(slow)).isTrue();
    slow.sendRaw(ByteBuffer.allocate(8).putInt(100 | LAST).putInt(1).array());
    RpcConnection silent = from("127.0.0.3");
    RpcConnection idle = from("127.0.0.1");
    assertThat(answers(idle)).isTrue();
    await().until(() -> gateway.gateway().stats().connections() == 3);
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> {
          gateway.pass(PATIENCE.plusSeconds(1));
          assertThat(gateway.gateway().stats().connections()).isEqualTo(1);
        });
    awaitRefusal("slow-message");
    assertThat(answers(idle)).isTrue();
    assertThat(answers(slow)).isFalse();
    assertThat(answers(silent)).isFalse();
  }

  @Test
  void messageThatComesByteByByte_isAnswered() throws Exception {
    RpcConnection connection = from("127.0.0.1");
    XdrWriter call = new XdrWriter(64).int32(40 | LAST).int32(7).int32(0).int32(2).int32(100_003);
    byte[] bytes = call.int32(4).int32(0).int32(0).int32(0).int32(0).int32(0).toByteArray();
    for (int i = 0; i < 3; i++) {
      for (byte b : bytes) {
        connection.sendRaw(new byte[] {b});
      }
    }
    assertThat(answers(connection)).isTrue();
  }

  @Test
  void halfMessages_ofOneAddressTooManyTogether_areClosed() throws Exception {
    byte[] half = new byte[MIB];
    ByteBuffer.wrap(half).putInt((MIB + 1000) | LAST);
    for (int i = 0; i < 4; i++) {
      RpcConnection connection = from("127.0.0.2");
      try {
        connection.sendRaw(half);
      } catch (IOException e) {
        assertThat(e).as("closed while it sends").isNotNull();
      }
    }
    awaitRefusal("unfinished-messages");
    assertThat(answers(from("127.0.0.1"))).isTrue();
  }

  private static byte[] readCall(int xid, byte[] handle) {
    XdrWriter call = new XdrWriter(256).int32(xid).int32(0).int32(2).int32(100_003).int32(3);
    call.int32(6).int32(0).int32(0).int32(0).int32(0);
    byte[] body = call.opaque(handle).int64(0).int32(MIB).toByteArray();
    return ByteBuffer.allocate(4 + body.length).putInt(body.length | LAST).put(body).array();
  }

  private byte[] largeFile() throws Exception {
    RpcConnection connection = from("127.0.0.1");
    Nfs3Client client = new Nfs3Client(connection);
    byte[] file = client.create(client.root("/zone"), "large");
    client.call(2, Nfs3Client.attributes(Nfs3Client.args(file), 0666, null).bool(false));
    client.write(file, 0, 0, new byte[MIB]).ok();
    connection.close();
    return file;
  }

  @Test
  void answersThatNobodyReads_stayFewAndAreNotLost() throws Exception {
    byte[] file = largeFile();
    int calls = 300;
    try (Socket socket = new Socket()) {
      socket.setReceiveBufferSize(65_536);
      socket.connect(gateway.address());
      Thread sender =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  for (int i = 0; i < calls; i++) {
                    socket.getOutputStream().write(readCall(i, file));
                  }
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      awaitRefusal("busy");
      // A thread more than there are may have begun before the bound was reached.
      long most = (3L + Limits.DEFAULT.workers() + 1) * MIB;
      for (int i = 0; i < 20; i++) {
        assertThat(gateway.gateway().stats().bytes()).isLessThan(most);
        try (Nfs4Client other = Nfs4Client.connect(gateway.address(), 2, "other" + i)) {
          assertThat(other.status(new Ops().path("zone").attributes(1))).isZero();
        }
      }
      DataInputStream in = new DataInputStream(socket.getInputStream());
      java.util.BitSet seen = new java.util.BitSet();
      for (int i = 0; i < calls; i++) {
        byte[] answer = in.readNBytes(in.readInt() & ~LAST);
        assertThat(answer).hasSizeGreaterThan(MIB);
        seen.set(ByteBuffer.wrap(answer).getInt());
      }
      assertThat(seen.cardinality()).isEqualTo(calls);
      sender.join();
    }
    await().until(() -> gateway.gateway().stats().bytes() == 0);
  }

  @Test
  void answersThatNobodyReads_endTheConnectionInTheEnd() throws Exception {
    byte[] file = largeFile();
    try (Socket socket = new Socket()) {
      socket.setReceiveBufferSize(65_536);
      socket.connect(gateway.address());
      for (int i = 0; i < 40; i++) {
        socket.getOutputStream().write(readCall(i, file));
      }
      await().until(() -> gateway.gateway().stats().bytes() > MIB);
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> {
            gateway.pass(SEND_PATIENCE.plusSeconds(1));
            assertThat(gateway.gateway().stats().connections()).isZero();
          });
    }
    awaitRefusal("unread-answers");
    await().until(() -> gateway.gateway().stats().bytes() == 0);
    assertThat(answers(from("127.0.0.1"))).isTrue();
  }
}
