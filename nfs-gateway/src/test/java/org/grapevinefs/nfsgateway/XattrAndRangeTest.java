// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.grapevinefs.nfsgateway.client.Nfs4Client;
import org.grapevinefs.nfsgateway.client.Ops;
import org.grapevinefs.nfsgateway.client.Reply;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class XattrAndRangeTest {

  private static final int OK = 0;
  private static final int NXIO = 6;
  private static final int OP_ILLEGAL = 10044;
  private static final int NOXATTR = 10095;
  private static final int BLOCK = 64 * 1024;

  private final GatewayFixture gateway = new GatewayFixture();

  @AfterEach
  void close() throws Exception {
    gateway.close();
  }

  private static Ops setXattr(String name, byte[] value) {
    Ops ops = new Ops().path("zone/f");
    ops.op(73).int32(0).opaque(name.getBytes(UTF_8)).opaque(value);
    return ops;
  }

  @Test
  void xattr_set_isListedReadAndRemoved() throws Exception {
    Nfs4Client client = gateway.client("a");
    GatewayFixture.open(client, "o", "f");
    assertThat(client.status(setXattr("k", new byte[] {1, 2, 3}))).isEqualTo(OK);
    Ops get = new Ops().path("zone/f");
    get.op(72).opaque("k".getBytes(UTF_8));
    assertThat(client.run(get).skip(24, 15, 15).expect(72).opaque(100)).containsExactly(1, 2, 3);
    Ops list = new Ops().path("zone/f");
    list.op(74).int64(0).int32(4096);
    XdrReader in = client.run(list).skip(24, 15, 15).expect(74);
    assertThat(in.int64()).isEqualTo(1);
    assertThat(in.int32()).isEqualTo(1);
    assertThat(in.opaque(255)).isEqualTo("k".getBytes(UTF_8));
    assertThat(in.bool()).isTrue();
    Ops remove = new Ops().path("zone/f");
    remove.op(75).opaque("k".getBytes(UTF_8));
    assertThat(client.status(remove)).isEqualTo(OK);
    assertThat(client.status(remove)).isEqualTo(NOXATTR);
  }

  @Test
  void operationsOf42_in41_areIllegal() throws Exception {
    try (Nfs4Client client = Nfs4Client.connect(gateway.address(), 1, "old")) {
      Ops list = new Ops().path("zone");
      list.op(74).int64(0).int32(4096);
      assertThat(client.status(list)).isEqualTo(OP_ILLEGAL);
    }
  }

  @Test
  void seek_findsDataAndHoles() throws Exception {
    Nfs4Client client = gateway.client("a");
    byte[] stateid = GatewayFixture.open(client, "o", "f");
    client.run(
        new Ops()
            .path("zone/f")
            .write(stateid, BLOCK, 2, new byte[10])
            .setSize(stateid, 3L * BLOCK));
    assertThat(seek(client, stateid, 0, 0).int64()).isEqualTo(BLOCK);
    assertThat(seek(client, stateid, BLOCK, 1).int64()).isEqualTo(2 * BLOCK);
    Ops past = new Ops().path("zone/f");
    past.op(69).fixed(stateid).int64(3L * BLOCK).int32(0);
    assertThat(client.status(past)).isEqualTo(NXIO);
  }

  private static XdrReader seek(Nfs4Client client, byte[] stateid, long offset, int what)
      throws Exception {
    Ops ops = new Ops().path("zone/f");
    ops.op(69).fixed(stateid).int64(offset).int32(what);
    XdrReader in = client.run(ops).skip(24, 15, 15).expect(69);
    assertThat(in.bool()).isFalse();
    return in;
  }

  @Test
  void copy_withinTheZone_copiesAndIsSafe() throws Exception {
    Nfs4Client client = gateway.client("a");
    byte[] from = GatewayFixture.open(client, "o", "f");
    byte[] to = GatewayFixture.open(client, "o", "g");
    client.run(new Ops().path("zone/f").write(from, 0, 2, "grapevine".getBytes(UTF_8)));
    Ops copy = new Ops().path("zone/f").save().path("zone/g");
    copy.op(60).fixed(from).fixed(to).int64(5).int64(0).int64(0).bool(true).bool(true).int32(0);
    copy.read(to, 0, 100);
    Reply reply = client.run(copy).skip(24, 15, 15, 32, 24, 15, 15);
    XdrReader in = reply.expect(60);
    assertThat(in.int32()).isZero();
    assertThat(in.int64()).isEqualTo(4);
    in.fixed(12 + 8);
    assertThat(reply.data()).isEqualTo("vine".getBytes(UTF_8));
  }
}
