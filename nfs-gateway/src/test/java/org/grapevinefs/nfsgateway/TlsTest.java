// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.grapevinefs.gossip.NodeKey;
import org.grapevinefs.gossip.Roster;
import org.grapevinefs.gossip.TlsIdentity;
import org.grapevinefs.nfsgateway.client.Nfs3Client;
import org.grapevinefs.nfsgateway.client.Nfs4Client;
import org.grapevinefs.nfsgateway.client.Ops;
import org.grapevinefs.nfsgateway.client.RpcConnection;
import org.grapevinefs.nfsgateway.client.RpcFailure;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** RPC with TLS (RFC 9289), with a client of the JDK's. */
class TlsTest {

  private static final int LAST = 0x8000_0000;
  private static final int MIB = 1 << 20;

  private final TlsIdentity server = identity();
  private final TlsIdentity friend = identity();
  private final TlsIdentity stranger = identity();
  private final List<AutoCloseable> open = new ArrayList<>();

  private static TlsIdentity identity() {
    return new TlsIdentity(
        NodeKey.generate(new SecureRandom()),
        () -> {
          throw new IllegalStateException("no roster: " + Roster.class);
        });
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
  }

  private GatewayFixture gateway(Tls.Use use) throws SSLException {
    SslContextBuilder builder = server.forOthers();
    if (use == Tls.Use.MUTUAL) {
      builder.trustManager(friend.certificate());
    }
    GatewayFixture gateway =
        new GatewayFixture(use == Tls.Use.OFF ? Tls.NONE : new Tls(use, context(builder)));
    open.addFirst(gateway);
    return gateway;
  }

  private static SSLContext context(SslContextBuilder builder) throws SSLException {
    return ((JdkSslContext) builder.build()).context();
  }

  private SSLContext client(TlsIdentity shown) throws SSLException {
    return context(shown.forOthers().trustManager(server.certificate()));
  }

  private SSLContext client() throws SSLException {
    return context(SslContextBuilder.forClient().trustManager(server.certificate()));
  }

  private Socket plain(GatewayFixture gateway) throws IOException {
    Socket socket = new Socket();
    socket.connect(gateway.address());
    socket.setSoTimeout(20_000);
    open.addFirst(socket);
    return socket;
  }

  private static byte[] probe() {
    XdrWriter call = new XdrWriter(64).int32(40 | LAST).int32(77).int32(0).int32(2).int32(100_003);
    return call.int32(4).int32(0).int32(7).int32(0).int32(0).int32(0).toByteArray();
  }

  private static ByteBuffer answer(Socket socket) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    return ByteBuffer.wrap(in.readNBytes(in.readInt() & ~LAST));
  }

  private Socket begun(GatewayFixture gateway) throws IOException {
    Socket socket = plain(gateway);
    socket.getOutputStream().write(probe());
    ByteBuffer welcome = answer(socket);
    assertThat(welcome.remaining()).isEqualTo(32);
    assertThat(welcome.getInt(0)).isEqualTo(77);
    assertThat(welcome.getInt(8)).isZero();
    byte[] verifier = new byte[8];
    welcome.get(20, verifier);
    assertThat(verifier).isEqualTo("STARTTLS".getBytes(US_ASCII));
    assertThat(welcome.getInt(28)).isZero();
    return socket;
  }

  private SSLSocket shaken(GatewayFixture gateway, SSLContext context, String... applications)
      throws IOException {
    Socket socket = begun(gateway);
    SSLSocket secure =
        (SSLSocket) context.getSocketFactory().createSocket(socket, "localhost", 2049, true);
    SSLParameters parameters = secure.getSSLParameters();
    parameters.setProtocols(new String[] {"TLSv1.3"});
    parameters.setApplicationProtocols(applications);
    secure.setSSLParameters(parameters);
    open.addFirst(secure);
    secure.startHandshake();
    return secure;
  }

  private static void assertServed(RpcConnection connection) throws Exception {
    Nfs4Client client = Nfs4Client.connect(connection, 2, "a", 1);
    client.run(new Ops().reclaimComplete());
    assertThat(client.status(new Ops().path("zone").attributes(1))).isZero();
  }

  @Test
  void connection_overTls_servesAllVersionsAndLargeMessages() throws Exception {
    GatewayFixture gateway = gateway(Tls.Use.REQUIRED);
    SSLSocket socket = shaken(gateway, client(), "sunrpc");
    assertThat(socket.getApplicationProtocol()).isEqualTo("sunrpc");
    RpcConnection connection = new RpcConnection(socket, 0, 0);
    assertServed(connection);
    Nfs3Client old = new Nfs3Client(connection);
    byte[] file = old.create(old.root("/zone"), "f");
    byte[] data = new byte[MIB];
    new java.util.SplittableRandom(1).nextBytes(data);
    old.write(file, 0, 2, data).ok();
    assertThat(old.read(file, 0, MIB)).isEqualTo(data);
  }

  @Test
  void clearText_whereTlsIsRequired_isRefusedButForPings() throws Exception {
    GatewayFixture gateway = gateway(Tls.Use.REQUIRED);
    RpcConnection connection = gateway.connection();
    open.addFirst(connection);
    assertThat(connection.call(100_003, 4, 0, new XdrWriter(0)).get(10, TimeUnit.SECONDS))
        .isNotNull();
    assertThatThrownBy(() -> Nfs4Client.connect(connection, 2, "a", 1))
        .isInstanceOf(RpcFailure.class);
    assertThat(gateway.gateway().stats().refusals()).containsEntry("clear-text", 1L);
  }

  @Test
  void mountInClearText_whereTlsIsRequired_givesAHandleThatOnlyTlsCanUse() throws Exception {
    GatewayFixture gateway = gateway(Tls.Use.REQUIRED);
    RpcConnection clear = gateway.connection();
    open.addFirst(clear);
    Nfs3Client stranger = new Nfs3Client(clear);
    byte[] root = stranger.root("/zone");
    assertThatThrownBy(() -> stranger.create(root, "f")).isInstanceOf(RpcFailure.class);
    assertThatThrownBy(() -> clear.call(100_005, 3, 5, new XdrWriter(0)).get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(RpcFailure.class);
    Nfs3Client known = new Nfs3Client(new RpcConnection(shaken(gateway, client(), "sunrpc"), 0, 0));
    assertThat(known.create(root, "f")).isNotEmpty();
  }

  @Test
  void tls_whereItIsOptional_isChosenByTheClient() throws Exception {
    GatewayFixture gateway = gateway(Tls.Use.OPTIONAL);
    RpcConnection clear = gateway.connection();
    open.addFirst(clear);
    assertServed(clear);
    assertServed(new RpcConnection(shaken(gateway, client()), 0, 0));
  }

  @Test
  void probe_whereThereIsNoTls_isDenied() throws Exception {
    Socket socket = plain(gateway(Tls.Use.OFF));
    socket.getOutputStream().write(probe());
    ByteBuffer answer = answer(socket);
    assertThat(answer.getInt(8)).isEqualTo(1);
    assertThat(answer.getInt(12)).isEqualTo(1);
  }

  @Test
  void probe_overTls_isDenied() throws Exception {
    SSLSocket socket = shaken(gateway(Tls.Use.OPTIONAL), client(), "sunrpc");
    socket.getOutputStream().write(probe());
    assertThat(answer(socket).getInt(8)).isEqualTo(1);
  }

  @Test
  void clearText_rightBehindTheProbe_endsTheConnection() throws Exception {
    Socket socket = plain(gateway(Tls.Use.OPTIONAL));
    XdrWriter both = new XdrWriter(128).fixed(probe());
    both.int32(40 | LAST).int32(78).int32(0).int32(2).int32(100_003).int32(4).int32(0);
    socket.getOutputStream().write(both.int32(0).int32(0).int32(0).int32(0).toByteArray());
    assertEnded(socket);
  }

  private static void assertEnded(Socket socket) {
    try {
      assertThat(socket.getInputStream().readAllBytes().length).isLessThan(64);
    } catch (java.net.SocketTimeoutException e) {
      throw new AssertionError("the connection is still there", e);
    } catch (IOException e) {
      // Reset: that is an end, too.
    }
  }

  @Test
  void otherBytes_whereTheHandshakeShouldBegin_endTheConnectionOnly() throws Exception {
    GatewayFixture gateway = gateway(Tls.Use.OPTIONAL);
    Socket socket = begun(gateway);
    socket.getOutputStream().write(probe());
    assertEnded(socket);
    Socket zeros = begun(gateway);
    zeros.getOutputStream().write(new byte[1000]);
    assertEnded(zeros);
    assertServed(new RpcConnection(shaken(gateway, client(), "sunrpc"), 0, 0));
  }

  @Test
  void handshake_thatNeverComes_isNotWaitedFor() throws Exception {
    GatewayFixture gateway = gateway(Tls.Use.OPTIONAL);
    Socket socket = begun(gateway);
    socket.getOutputStream().write(new byte[] {0x16, 3, 1});
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> {
          gateway.pass(Limits.DEFAULT.traffic().patience().plusSeconds(1));
          assertThat(gateway.gateway().stats().connections()).isZero();
        });
    assertEnded(socket);
  }

  @Test
  void handshake_forAnotherApplication_fails() throws Exception {
    GatewayFixture gateway = gateway(Tls.Use.OPTIONAL);
    SSLContext context = client();
    assertThatThrownBy(() -> shaken(gateway, context, "http/1.1")).isInstanceOf(IOException.class);
  }

  @Test
  void certificateOfTheClient_whereItIsDemanded_counts() throws Exception {
    GatewayFixture gateway = gateway(Tls.Use.MUTUAL);
    assertServed(new RpcConnection(shaken(gateway, client(friend), "sunrpc"), 0, 0));
    assertRefused(gateway, client(stranger));
    assertRefused(gateway, client());
    RpcConnection clear = gateway.connection();
    open.addFirst(clear);
    assertThatThrownBy(() -> Nfs4Client.connect(clear, 2, "b", 1)).isInstanceOf(RpcFailure.class);
  }

  private void assertRefused(GatewayFixture gateway, SSLContext context) throws Exception {
    // With TLS 1.3 a client has shaken hands before the server looks at its certificate.
    try {
      RpcConnection connection = new RpcConnection(shaken(gateway, context, "sunrpc"), 0, 0);
      assertThatThrownBy(
              () -> connection.call(100_003, 4, 0, new XdrWriter(0)).get(10, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class);
    } catch (IOException e) {
      assertThat(e).isNotNull();
    }
  }
}
