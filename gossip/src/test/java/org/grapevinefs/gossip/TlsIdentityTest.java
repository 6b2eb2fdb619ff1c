// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.Test;

class TlsIdentityTest {
  private final AtomicReference<Roster> roster = new AtomicReference<>(TestKeys.roster(1, 2, 3));
  private final TlsIdentity one = new TlsIdentity(TestKeys.key(1), roster::get);
  private final TlsIdentity two = new TlsIdentity(TestKeys.key(2), roster::get);

  @Test
  void handshake_twoMembers_knowEachOther() throws Exception {
    Pair pair =
        handshake(one.clientContext(Optional.of(TestKeys.key(2).id())), two.serverContext());
    assertThat(pair.client.getSession().getProtocol()).isEqualTo("TLSv1.3");
    assertThat(one.peer(pair.client.getSession())).isEqualTo(TestKeys.key(2).id());
    assertThat(two.peer(pair.server.getSession())).isEqualTo(TestKeys.key(1).id());
  }

  @Test
  void handshake_anyMemberWanted_works() throws Exception {
    Pair pair = handshake(one.clientContext(Optional.empty()), two.serverContext());
    assertThat(one.peer(pair.client.getSession())).isEqualTo(TestKeys.key(2).id());
  }

  @Test
  void handshake_strangerCalls_isRefusedByTheServer() {
    TlsIdentity stranger = new TlsIdentity(TestKeys.key(9), roster::get);
    assertThatThrownBy(
            () -> handshake(stranger.clientContext(Optional.empty()), two.serverContext()))
        .isInstanceOf(SSLException.class)
        .hasStackTraceContaining("is not a member of this mesh");
  }

  @Test
  void handshake_strangerAnswers_isRefusedByTheClient() {
    TlsIdentity stranger = new TlsIdentity(TestKeys.key(9), () -> TestKeys.roster(1, 9));
    assertThatThrownBy(
            () -> handshake(one.clientContext(Optional.empty()), stranger.serverContext()))
        .isInstanceOf(SSLException.class)
        .hasStackTraceContaining("is not a member of this mesh");
  }

  @Test
  void handshake_otherMemberThanExpected_isRefused() {
    assertThatThrownBy(() ->
            handshake(one.clientContext(Optional.of(TestKeys.key(3).id())), two.serverContext()))
        .isInstanceOf(SSLException.class)
        .hasStackTraceContaining("expected node " + TestKeys.key(3).id().shortForm());
  }

  @Test
  void handshake_noClientCertificate_isRefused() {
    assertThatThrownBy(() ->
            handshake(
                SslContextBuilder.forClient()
                    .sslProvider(SslProvider.JDK)
                    .trustManager(InsecureTrustManagerFactory.INSTANCE)
                    .endpointIdentificationAlgorithm("")
                    .build(),
                two.serverContext()))
        .isInstanceOf(SSLException.class);
  }

  @Test
  void handshake_olderProtocol_isRefused() {
    assertThatThrownBy(() ->
            handshake(
                SslContextBuilder.forClient()
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.2")
                    .trustManager(InsecureTrustManagerFactory.INSTANCE)
                    .endpointIdentificationAlgorithm("")
                    .build(),
                two.serverContext()))
        .isInstanceOf(SSLException.class);
  }

  @Test
  void peer_revokedAfterTheHandshake_isNoLongerAccepted() throws Exception {
    Pair pair = handshake(one.clientContext(Optional.empty()), two.serverContext());
    roster.set(TestKeys.roster(2, 3));
    assertThatThrownBy(() -> two.peer(pair.server.getSession()))
        .isInstanceOf(SSLPeerUnverifiedException.class);
  }

  private record Pair(SSLEngine client, SSLEngine server) {}

  /**
   * Carries handshake bytes between two engines until both have finished and their last words are
   * read.
   */
  private static Pair handshake(SslContext clientContext, SslContext serverContext)
      throws SSLException {
    SSLEngine client = clientContext.newEngine(UnpooledByteBufAllocator.DEFAULT, "192.0.2.7", 2645);
    SSLEngine server = serverContext.newEngine(UnpooledByteBufAllocator.DEFAULT);
    client.beginHandshake();
    server.beginHandshake();
    ByteBuffer toServer = ByteBuffer.allocate(1 << 16);
    ByteBuffer toClient = ByteBuffer.allocate(1 << 16);
    boolean moved = true;
    while (moved) {
      moved = step(client, toClient, toServer);
      moved |= step(server, toServer, toClient);
    }
    assertThat(client.getHandshakeStatus()).isEqualTo(HandshakeStatus.NOT_HANDSHAKING);
    assertThat(server.getHandshakeStatus()).isEqualTo(HandshakeStatus.NOT_HANDSHAKING);
    return new Pair(client, server);
  }

  private static boolean step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
    boolean moved = false;
    ByteBuffer scratch = ByteBuffer.allocate(1 << 16);
    while (true) {
      HandshakeStatus status = engine.getHandshakeStatus();
      if (status == HandshakeStatus.NEED_TASK) {
        for (Runnable task = engine.getDelegatedTask();
            task != null;
            task = engine.getDelegatedTask()) {
          task.run();
        }
        moved = true;
        continue;
      }
      if (status == HandshakeStatus.NEED_WRAP) {
        engine.wrap(ByteBuffer.allocate(0), out);
        moved = true;
        continue;
      }
      in.flip();
      SSLEngineResult result = engine.unwrap(in, scratch);
      in.compact();
      if (result.bytesConsumed() == 0
          && engine.getHandshakeStatus() != HandshakeStatus.NEED_TASK
          && engine.getHandshakeStatus() != HandshakeStatus.NEED_WRAP) {
        return moved;
      }
      moved = true;
    }
  }
}
