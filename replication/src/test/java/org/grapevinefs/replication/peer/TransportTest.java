// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.grapevinefs.replication.peer.TestMesh.await;

import com.google.protobuf.ByteString;
import io.netty.handler.ssl.JdkSslContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.grapevinefs.gossip.TlsIdentity;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.peer.proto.Answer;
import org.grapevinefs.replication.peer.proto.Fetch;
import org.grapevinefs.replication.peer.proto.FetchStretch;
import org.grapevinefs.replication.peer.proto.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who gets a connection, and what breaks one. */
class TransportTest {
  private final TestMesh mesh = new TestMesh(1, 2, 3);

  @AfterEach
  void close() {
    mesh.close();
  }

  @Test
  void unknownKey_isRefusedAndCounted() throws IOException {
    TestMesh.Node known = mesh.node(1, 1);
    TestMesh.Node stranger = mesh.stranger(9, 1, 9);
    stranger.service.connect(TestMesh.ids(1));
    await().until(() -> known.service.stats().refused() >= 2);
    assertThat(stranger.service.stats().connected()).isEmpty();
    assertThat(known.service.stats().connected()).isEmpty();
  }

  @Test
  void garbage_closesThatConnectionOnly() throws IOException {
    TestMesh.Node one = mesh.node(1, 1);
    TestMesh.Node two = mesh.node(2, 1);
    two.connect(1);
    await().until(() -> !one.service.stats().connected().isEmpty());
    try (Socket socket = new Socket(one.listening.getAddress(), one.listening.getPort())) {
      assertThat(refused(socket, "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)))
          .isTrue();
    }
    await().until(() -> one.service.stats().refused() == 1);
    assertThat(one.service.stats().connected()).containsExactly(TestMesh.id(2));
  }

  @Test
  void frameThatIsTooLong_closesTheConnectionBeforeItCame() throws IOException {
    TestMesh.Node one = mesh.node(1, 1);
    try (Socket socket = tls(one, 2, mesh)) {
      assertThat(refused(socket, new byte[] {0x7f, -1, -1, -1})).isTrue();
    }
    await().until(() -> one.service.stats().refused() == 1);
  }

  @Test
  void requestBeforeHello_isRefused() throws IOException {
    TestMesh.Node one = mesh.node(1, 1);
    try (Socket socket = tls(one, 2, mesh)) {
      assertThat(refused(socket, new byte[] {0, 0, 0, 2, 0x22, 0})).isTrue();
    }
  }

  @Test
  void bothDial_oneConnectionALaneStays() throws IOException {
    TestMesh.Node one = mesh.node(1, 1);
    TestMesh.Node two = mesh.node(2, 1);
    one.connect(2);
    two.connect(1);
    await().until(() -> one.service.stats().connected().equals(TestMesh.ids(2)));
    await().until(() -> two.service.stats().connected().equals(TestMesh.ids(1)));
  }

  @Test
  void slowPeer_doesNotHoldUpAnother() throws IOException {
    TestMesh.Node one = mesh.node(1, 1, 2, 3);
    ZoneAccess access = TestMesh.access(TestMesh.ids(1, 2, 3), Set.of());
    FakeReplica replica = one.host(false, new EchoFiles(), access);
    byte[] large = new byte[20 << 20];
    replica.write(new FileId(1, 1), large);
    TestMesh.Node slow = mesh.node(2, 1);
    slow.connect(1);
    await().until(() -> slow.service.transport().connection(TestMesh.id(1), Lane.BULK) != null);
    AtomicInteger came = new AtomicInteger();
    for (int i = 0; i < 40; i++) {
      askAndNeverCredit(slow, came);
    }
    await().until(() -> came.get() >= 40);
    TestMesh.Node quick = mesh.node(3, 1, 2, 3);
    FakeReplica copy = quick.host(false, new EchoFiles(), access);
    quick.connect(1);
    await().atMost(Duration.ofSeconds(20)).until(() -> copy.content(new FileId(1, 1)) != null);
    assertThat(came.get()).isLessThan(40 * 6);
  }

  private static void askAndNeverCredit(TestMesh.Node node, AtomicInteger came) {
    Fetch.Builder fetch = Fetch.newBuilder().setZone(ByteString.copyFrom(TestMesh.ZONE.toBytes()));
    for (int i = 0; i < 20; i++) {
      fetch.addStretches(
          FetchStretch.newBuilder()
              .setFile(ZoneWire.id(new FileId(1, 1)))
              .setOffset((long) i << 20)
              .setLength(1 << 20)
              .setOrigin(1)
              .setSeq(1));
    }
    PeerConnection connection =
        Objects.requireNonNull(node.service.transport().connection(TestMesh.id(1), Lane.BULK));
    connection.stream(
        Request.newBuilder().setFetch(fetch),
        true,
        new AnswerSink() {
          @Override
          public void answer(Answer answer) {
            came.incrementAndGet();
          }

          @Override
          public void failed(PeerException reason) {}
        });
  }

  private static Socket tls(TestMesh.Node to, int as, TestMesh trusting) throws IOException {
    TlsIdentity identity = new TlsIdentity(TestMesh.key(as), trusting::roster);
    JdkSslContext context =
        (JdkSslContext) identity.clientContext(Optional.of(TestMesh.id(to.number)));
    Socket socket =
        context
            .context()
            .getSocketFactory()
            .createSocket(to.listening.getAddress(), to.listening.getPort());
    socket.setSoTimeout(10_000);
    return socket;
  }

  /** Whether the other side closes after these bytes. */
  private static boolean refused(Socket socket, byte[] bytes) {
    try {
      OutputStream out = socket.getOutputStream();
      out.write(bytes);
      out.flush();
      InputStream in = socket.getInputStream();
      byte[] buffer = new byte[4096];
      while (in.read(buffer) >= 0) {
        assertThat(socket.isClosed()).isFalse();
      }
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }
}
