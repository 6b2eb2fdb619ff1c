// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.grapevinefs.nfsgateway.client.Nfs4Client;
import org.grapevinefs.nfsgateway.client.Ops;
import org.grapevinefs.nfsgateway.client.Reply;
import org.grapevinefs.nfsgateway.client.RpcConnection;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SessionTest {

  private static final int OK = 0;
  private static final int EXIST = 17;
  private static final int GRACE = 10013;
  private static final int NO_GRACE = 10033;
  private static final int STALE_CLIENTID = 10022;
  private static final int BADSESSION = 10052;
  private static final int BADSLOT = 10053;
  private static final int COMPLETE_ALREADY = 10054;
  private static final int SEQ_MISORDERED = 10063;
  private static final int SEQUENCE_POS = 10064;
  private static final int RETRY_UNCACHED = 10068;
  private static final int TOO_MANY_OPS = 10070;
  private static final int NOT_IN_SESSION = 10071;
  private static final int CLIENTID_BUSY = 10074;
  private static final int NOT_ONLY_OP = 10081;
  private static final int CLID_INUSE = 10017;

  private final GatewayFixture gateway = new GatewayFixture();

  @AfterEach
  void close() throws Exception {
    gateway.close();
  }

  @Test
  void sequence_repeatedWithCache_answersTheSameAndActsOnce() throws Exception {
    Nfs4Client client = gateway.client("a");
    Ops mkdir = new Ops().path("zone").mkdir("d");
    Reply first = client.runAt(9, 1, true, mkdir);
    Reply again = client.runAt(9, 1, true, mkdir);
    assertThat(first.status()).isEqualTo(OK);
    assertThat(again.raw()).isEqualTo(first.raw());
    assertThat(client.runAt(9, 2, true, mkdir).status()).isEqualTo(EXIST);
  }

  @Test
  void sequence_repeatedWithoutCache_saysThatTheReplyIsGone() throws Exception {
    Nfs4Client client = gateway.client("a");
    assertThat(client.runAt(9, 1, false, new Ops().root()).status()).isEqualTo(OK);
    assertThat(client.runAt(9, 1, false, new Ops().root()).status()).isEqualTo(RETRY_UNCACHED);
  }

  @Test
  void sequence_outOfOrder_isRefused() throws Exception {
    Nfs4Client client = gateway.client("a");
    assertThat(client.runAt(9, 3, false, new Ops()).status()).isEqualTo(SEQ_MISORDERED);
    assertThat(client.runAt(64, 1, false, new Ops()).status()).isEqualTo(BADSLOT);
    assertThat(client.runAt(-1, 1, false, new Ops()).status()).isEqualTo(BADSLOT);
  }

  @Test
  void sequence_notFirst_isRefused() throws Exception {
    Nfs4Client client = gateway.client("a");
    Ops twice = new Ops();
    twice.op(53).fixed(client.session()).int32(1).int32(5).int32(5).bool(false);
    assertThat(client.status(twice)).isEqualTo(SEQUENCE_POS);
  }

  @Test
  void compound_withTooManyOperations_isRefused() throws Exception {
    Nfs4Client client = gateway.client("a");
    Ops many = new Ops();
    for (int i = 0; i < 40; i++) {
      many.root();
    }
    assertThat(client.runAt(9, 1, false, many).status()).isEqualTo(TOO_MANY_OPS);
  }

  @Test
  void compound_withoutSession_isRefused() throws Exception {
    try (RpcConnection connection = gateway.connection()) {
      assertThat(Nfs4Client.send(connection, 1, new Ops().root()).status())
          .isEqualTo(NOT_IN_SESSION);
      Ops two = new Ops();
      two.op(57).int64(1);
      assertThat(Nfs4Client.send(connection, 1, two.root()).status()).isEqualTo(NOT_ONLY_OP);
    }
  }

  @Test
  void compound_ofAnUnknownMinorVersion_isRefused() throws Exception {
    try (RpcConnection connection = gateway.connection()) {
      Reply reply = Nfs4Client.send(connection, 3, new Ops().root());
      assertThat(reply.status()).isEqualTo(10021);
      assertThat(reply.results()).isZero();
    }
  }

  @Test
  void exchangeId_withAnotherVerifier_takesTheOldClientsStateAway() throws Exception {
    Nfs4Client before = gateway.client("a");
    GatewayFixture.open(before, "o", "f");
    assertThat(gateway.zone().opens()).isEqualTo(1);
    Nfs4Client after = gateway.client("a", 2, 0);
    assertThat(after.clientId()).isNotEqualTo(before.clientId());
    assertThat(gateway.zone().opens()).isZero();
    assertThat(before.runAt(20, 1, false, new Ops()).status()).isEqualTo(BADSESSION);
  }

  @Test
  void exchangeId_ofAnotherMachineWithTheSameName_leavesTheFirstInPeace() throws Exception {
    Nfs4Client first = gateway.client("(none)");
    GatewayFixture.open(first, "o", "f");
    InetAddress elsewhere = InetAddress.getByName("127.0.0.2");
    try (RpcConnection connection = new RpcConnection(gateway.address(), 0, 0, elsewhere)) {
      Nfs4Client second = Nfs4Client.connect(connection, 2, "(none)", 2);
      assertThat(second.run(new Ops().reclaimComplete()).status()).isEqualTo(OK);
      assertThat(second.clientId()).isNotEqualTo(first.clientId());
      assertThat(first.run(new Ops().root()).status()).isEqualTo(OK);
      assertThat(gateway.zone().opens()).isEqualTo(1);
      Nfs4Client again = Nfs4Client.connect(connection, 2, "(none)", 2);
      assertThat(again.clientId()).isEqualTo(second.clientId());
      assertThat(first.run(new Ops().root()).status()).isEqualTo(OK);
    }
  }

  @Test
  void exchangeId_ofAnotherUserWithTheSameName_isRefusedWhileStateIsHeld() throws Exception {
    Nfs4Client before = gateway.client("a");
    GatewayFixture.open(before, "o", "f");
    try (RpcConnection connection = new RpcConnection(gateway.address(), 5, 5)) {
      Ops exchange = new Ops();
      exchange.op(42).int64(9).opaque(new byte[] {'a'}).int32(0).int32(0).int32(0);
      assertThat(Nfs4Client.send(connection, 1, exchange).status()).isEqualTo(CLID_INUSE);
    }
  }

  @Test
  void createSession_longAfterTheIntroduction_isRefused() throws Exception {
    try (RpcConnection connection = gateway.connection()) {
      Ops exchange = new Ops();
      exchange.op(42).int64(9).opaque(new byte[] {'a'}).int32(0).int32(0).int32(0);
      long client = Nfs4Client.send(connection, 1, exchange).expect(42).int64();
      gateway.pass(GatewayFixture.LEASE.plusSeconds(1));
      Ops create = new Ops();
      XdrWriter out = create.op(43).int64(client).int32(1).int32(0);
      for (int i = 0; i < 2; i++) {
        out.int32(0).int32(8192).int32(8192).int32(8192).int32(32).int32(8).int32(0);
      }
      out.int32(0x4000_0000).int32(1).int32(0);
      assertThat(Nfs4Client.send(connection, 1, create).status()).isEqualTo(STALE_CLIENTID);
      assertThat(gateway.gateway().stats().clients()).isZero();
    }
  }

  @Test
  void destroy_ofSessionAndClient_leavesNothing() throws Exception {
    Nfs4Client client = gateway.client("a");
    Ops busy = new Ops();
    busy.op(57).int64(client.clientId());
    assertThat(client.status(busy)).isEqualTo(CLIENTID_BUSY);
    Ops session = new Ops();
    session.op(44).fixed(client.session());
    assertThat(client.status(session)).isEqualTo(OK);
    assertThat(Nfs4Client.send(client.connection(), 1, busy).status()).isEqualTo(OK);
    assertThat(gateway.gateway().stats().clients()).isZero();
  }

  @Test
  void reclaimComplete_twice_isRefused() throws Exception {
    Nfs4Client client = gateway.client("a");
    assertThat(client.status(new Ops().reclaimComplete())).isEqualTo(COMPLETE_ALREADY);
  }

  @Test
  void open_beforeReclaimComplete_mustWait() throws Exception {
    Nfs4Client client = gateway.client("a", 1, 0);
    Ops open = new Ops().path("zone").create("o", "f", 3, 0);
    assertThat(client.status(open)).isEqualTo(GRACE);
  }

  @Test
  void restart_withAKnownClient_letsItReclaimAndOthersWait() throws Exception {
    Nfs4Client before = gateway.client("a");
    GatewayFixture.open(before, "o", "f");
    byte[] handle = before.run(new Ops().path("zone/f").getHandle()).skip(24, 15, 15).handle();
    gateway.restart();
    Nfs4Client stranger = gateway.client("b");
    Ops create = new Ops().path("zone").create("o", "g", 3, 0);
    assertThat(stranger.status(create)).isEqualTo(GRACE);
    assertThat(stranger.status(new Ops().handle(handle).reclaim("o", 3))).isEqualTo(NO_GRACE);
    Nfs4Client back = gateway.client("a", 1, 0);
    assertThat(back.status(new Ops().handle(handle).reclaim("o", 3))).isEqualTo(OK);
    assertThat(back.status(new Ops().reclaimComplete())).isEqualTo(OK);
    assertThat(stranger.status(create)).isEqualTo(OK);
  }

  @Test
  void restart_withAClientThatNeverComesBack_endsGraceInTime() throws Exception {
    gateway.client("a");
    gateway.restart();
    Nfs4Client stranger = gateway.client("b");
    Ops create = new Ops().path("zone").create("o", "g", 3, 0);
    assertThat(stranger.status(create)).isEqualTo(GRACE);
    gateway.pass(GatewayFixture.LEASE.plusSeconds(1));
    assertThat(stranger.status(create)).isEqualTo(OK);
  }
}
