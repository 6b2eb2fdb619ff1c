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

  private static Ops create(long client) {
    Ops ops = new Ops().path("zone");
    XdrWriter out = ops.op(18).int32(1).int32(3).int32(0).int64(client);
    out.opaque("o".getBytes(UTF_8)).int32(1).int32(0).int32(0).int32(0);
    out.int32(0).opaque("f".getBytes(UTF_8));
    return ops;
  }

  @Test
  void fileOpenedLockedAndClosed_withoutASession_works() throws Exception {
    try (RpcConnection connection = gateway.connection()) {
      long client = newClient(connection);
      byte[] open = Nfs4Client.send(connection, 0, create(client)).skip(24, 15).opened();
      Ops write = new Ops().path("zone/f").write(open, 0, 2, new byte[] {1, 2, 3});
      assertThat(Nfs4Client.send(connection, 0, write).status()).isEqualTo(OK);
      Ops lock = new Ops().path("zone/f").lockAnew(open, "p", 2, 0, 1);
      byte[] held = Nfs4Client.send(connection, 0, lock).skip(24, 15, 15).stateid(12);
      Ops release = new Ops();
      release.op(39).int64(client).opaque("p".getBytes(UTF_8));
      assertThat(Nfs4Client.send(connection, 0, release).status()).isEqualTo(LOCKS_HELD);
      Ops unlock = new Ops().path("zone/f").unlock(held, 0, -1);
      assertThat(Nfs4Client.send(connection, 0, unlock).status()).isEqualTo(OK);
      assertThat(Nfs4Client.send(connection, 0, release).status()).isEqualTo(OK);
      Ops read = new Ops().path("zone/f").read(open, 0, 9).close(open);
      Reply reply = Nfs4Client.send(connection, 0, read);
      assertThat(reply.status()).isEqualTo(OK);
      assertThat(reply.skip(24, 15, 15).data()).containsExactly(1, 2, 3);
      assertThat(gateway.zone().opens()).isZero();
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
      assertThat(Nfs4Client.send(connection, 0, create(12345)).status()).isEqualTo(STALE_CLIENTID);
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
