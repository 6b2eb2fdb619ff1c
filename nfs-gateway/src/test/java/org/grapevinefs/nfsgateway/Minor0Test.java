// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.grapevinefs.nfsgateway.client.Nfs4Client;
import org.grapevinefs.nfsgateway.client.Ops;
import org.grapevinefs.nfsgateway.client.Reply;
import org.grapevinefs.nfsgateway.client.RpcConnection;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class Minor0Test {

  private static final int OK = 0;
  private static final int STALE_CLIENTID = 10022;
  private static final int STALE_STATEID = 10023;
  private static final int OP_ILLEGAL = 10044;
  private static final int LOCKS_HELD = 10037;
  private static final int NOENT = 2;
  private static final int EXIST = 17;
  private static final int SHARE_DENIED = 10015;
  private static final int RESOURCE = 10018;
  private static final int NOFILEHANDLE = 10020;
  private static final int BAD_SEQID = 10026;

  private final GatewayFixture gateway = new GatewayFixture();

  @AfterEach
  void close() throws Exception {
    gateway.close();
  }

  private static long newClient(RpcConnection connection) throws Exception {
    Ops set = new Ops();
    set.op(35).int64(1).opaque("old".getBytes(UTF_8)).int32(0).int32(0).int32(0).int32(0);
    XdrReader told = Nfs4Client.send(connection, 0, set).expect(35);
    long client = told.int64();
    Ops confirm = new Ops();
    confirm.op(36).int64(client).int64(told.int64());
    assertThat(Nfs4Client.send(connection, 0, confirm).status()).isEqualTo(OK);
    return client;
  }

  private static Ops create(long client, int number) {
    return new Ops().path("zone").numbered(client, number).create("o", "f", 3, 0);
  }

  private static Ops file(long client, int number) {
    return new Ops().path("zone/f").numbered(client, number);
  }

  private static Reply send(RpcConnection connection, Ops ops) throws Exception {
    return Nfs4Client.send(connection, 0, ops);
  }

  /** A file opened by an owner whose first request has the number 1; the next is 3. */
  private static byte[] opened(RpcConnection connection, long client) throws Exception {
    byte[] open = send(connection, create(client, 1)).skip(24, 15).opened();
    Reply confirmed = send(connection, file(client, 2).confirm(open));
    return confirmed.skip(24, 15, 15).stateid(20);
  }

  @Test
  void fileOpenedLockedAndClosed_withoutASession_works() throws Exception {
    try (RpcConnection connection = gateway.connection()) {
      long client = newClient(connection);
      byte[] open = opened(connection, client);
      Ops write = new Ops().path("zone/f").write(open, 0, 2, new byte[] {1, 2, 3});
      assertThat(send(connection, write).status()).isEqualTo(OK);
      Ops lock = file(client, 3).lockAnew(open, "p", 2, 0, 1);
      byte[] held = send(connection, lock).skip(24, 15, 15).stateid(12);
      Ops release = new Ops();
      release.op(39).int64(client).opaque("p".getBytes(UTF_8));
      assertThat(send(connection, release).status()).isEqualTo(LOCKS_HELD);
      assertThat(send(connection, file(client, 4).unlock(held, 0, -1)).status()).isEqualTo(OK);
      assertThat(send(connection, release).status()).isEqualTo(OK);
      Reply reply = send(connection, file(client, 4).read(open, 0, 9).close(open));
      assertThat(reply.status()).isEqualTo(OK);
      assertThat(reply.skip(24, 15, 15).data()).containsExactly(1, 2, 3);
      assertThat(gateway.zone().opens()).isZero();
    }
  }

  @Test
  void request_sentTwice_getsTheSameAnswerAndRunsOnce() throws Exception {
    try (RpcConnection connection = gateway.connection()) {
      long client = newClient(connection);
      byte[] open = opened(connection, client);
      Ops again = create(client, 3);
      byte[] first = send(connection, again).skip(24, 15).opened();
      assertThat(send(connection, create(client, 3)).skip(24, 15).opened()).isEqualTo(first);
      Ops lock = file(client, 4).lockAnew(first, "p", 2, 0, 1);
      byte[] held = send(connection, lock).skip(24, 15, 15).stateid(12);
      Ops unlock = file(client, 5).unlock(held, 0, -1);
      byte[] unlocked = send(connection, unlock).skip(24, 15, 15).stateid(14);
      Ops unlockAgain = file(client, 5).unlock(held, 0, -1);
      assertThat(send(connection, unlockAgain).skip(24, 15, 15).stateid(14)).isEqualTo(unlocked);
      assertThat(send(connection, file(client, 5).close(first)).status()).isEqualTo(OK);
      assertThat(send(connection, file(client, 5).close(first)).status()).isEqualTo(OK);
      assertThat(open).isNotEqualTo(first);
      assertThat(gateway.zone().opens()).isZero();
    }
  }

  private static XdrWriter message(Ops ops) {
    return new XdrWriter(256).opaque(new byte[0]).int32(0).int32(ops.count()).fixed(ops.bytes());
  }

  @Test
  void creation_sentAgainUnderItsOldNumber_happensOnce() throws Exception {
    try (RpcConnection connection = gateway.connection()) {
      XdrWriter mkdir = message(new Ops().path("zone").mkdir("d"));
      byte[] first = Nfs4Client.await(connection.callAs(77, 100_003, 4, 1, mkdir)).array();
      byte[] again = Nfs4Client.await(connection.callAs(77, 100_003, 4, 1, mkdir)).array();
      assertThat(again).isEqualTo(first);
      assertThat(send(connection, new Ops().path("zone").mkdir("d")).status()).isEqualTo(EXIST);
      XdrWriter other = message(new Ops().path("zone").mkdir("e"));
      Nfs4Client.await(connection.callAs(77, 100_003, 4, 1, other));
      assertThat(send(connection, new Ops().path("zone/e")).status()).isEqualTo(OK);
    }
  }

  @Test
  void request_withAnotherNumberThanTheNext_isRefusedAndChangesNothing() throws Exception {
    try (RpcConnection connection = gateway.connection()) {
      long client = newClient(connection);
      byte[] open = opened(connection, client);
      assertThat(send(connection, file(client, 9).close(open)).status()).isEqualTo(BAD_SEQID);
      assertThat(send(connection, create(client, 1)).status()).isEqualTo(BAD_SEQID);
      Ops lock = file(client, 3).lockAnew(open, "p", 2, 0, 1);
      byte[] held = send(connection, lock).skip(24, 15, 15).stateid(12);
      assertThat(send(connection, file(client, 7).unlock(held, 0, 1)).status())
          .isEqualTo(BAD_SEQID);
      assertThat(send(connection, file(client, 4).close(open)).status()).isEqualTo(OK);
      assertThat(send(connection, file(client, 5).confirm(open)).status()).isNotEqualTo(OK);
    }
  }

  @Test
  void refusal_usesItsNumberUp_unlessTheOwnerIsInDoubt() throws Exception {
    try (RpcConnection connection = gateway.connection()) {
      long client = newClient(connection);
      byte[] open = opened(connection, client);
      Ops missing = new Ops().path("zone").numbered(client, 3).open("o", "none", 1, 0);
      assertThat(send(connection, missing).status()).isEqualTo(NOENT);
      Ops noFile = new Ops().numbered(client, 4).close(open);
      assertThat(send(connection, noFile).status()).isEqualTo(NOFILEHANDLE);
      assertThat(send(connection, file(client, 4).close(open)).status()).isEqualTo(OK);
    }
  }

  @Test
  void openDenied_evenToItsOwnOwner_isRefused() throws Exception {
    try (RpcConnection connection = gateway.connection()) {
      long client = newClient(connection);
      opened(connection, client);
      Ops deny = new Ops().path("zone").numbered(client, 3).open("o", "f", 1, 2);
      assertThat(send(connection, deny).status()).isEqualTo(SHARE_DENIED);
    }
  }

  @Test
  void compoundOfTooManyOperations_isRefusedAsAWhole() throws Exception {
    try (RpcConnection connection = gateway.connection()) {
      Ops many = new Ops();
      for (int i = 0; i < 1_000; i++) {
        many.op(24);
      }
      Reply reply = send(connection, many);
      assertThat(reply.status()).isEqualTo(RESOURCE);
      assertThat(reply.results()).isZero();
    }
  }

  @Test
  void clientOrStateid_fromBeforeARestart_isStale() throws Exception {
    byte[] stateid = new byte[16];
    stateid[5] = 9;
    try (RpcConnection connection = gateway.connection()) {
      Ops renew = new Ops();
      renew.op(30).int64(12345);
      assertThat(Nfs4Client.send(connection, 0, renew).status()).isEqualTo(STALE_CLIENTID);
      assertThat(Nfs4Client.send(connection, 0, create(12345, 1)).status())
          .isEqualTo(STALE_CLIENTID);
      Ops read = new Ops().path("zone").read(stateid, 0, 1);
      assertThat(Nfs4Client.send(connection, 0, read).status()).isEqualTo(STALE_STATEID);
    }
  }

  @Test
  void operationsOfLaterVersions_areIllegal() throws Exception {
    try (RpcConnection connection = gateway.connection()) {
      Ops sequence = new Ops();
      sequence.op(53).fixed(new byte[32]);
      assertThat(Nfs4Client.send(connection, 0, sequence).status()).isEqualTo(OP_ILLEGAL);
    }
  }
}
