// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.grapevinefs.nfsgateway.client.Nfs4Client;
import org.grapevinefs.nfsgateway.client.Ops;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The mode that comes with a umask (RFC 8275). */
class ModeUmaskTest {

  private static final int OK = 0;
  private static final int INVAL = 22;
  private static final int ATTRNOTSUPP = 10_032;
  private static final int MODE_UMASK = 81;
  private static final int WORD_1_MODE = 1 << (33 - 32);
  private static final int WORD_2_MODE_UMASK = 1 << (MODE_UMASK - 64);

  private final GatewayFixture gateway = new GatewayFixture();

  @AfterEach
  void close() throws Exception {
    gateway.close();
  }

  private static void value(XdrWriter out, int mode, int umask) {
    out.int32(3).int32(0).int32(0).int32(WORD_2_MODE_UMASK).int32(8).int32(mode).int32(umask);
  }

  private static Ops mkdir(String name, int mode, int umask) {
    Ops ops = new Ops().path("zone");
    value(ops.op(6).int32(2).opaque(name.getBytes(UTF_8)), mode, umask);
    return ops;
  }

  private static int mode(Nfs4Client client, String path) throws Exception {
    Ops ops = new Ops().path(path).attributes(33);
    return client.run(ops).skip(24, 15, 15).attributes().int32();
  }

  @Test
  void create_withAUmask_takesItOffTheMode() throws Exception {
    Nfs4Client client = gateway.client("a");
    assertThat(client.status(mkdir("d", 01777, 027))).isEqualTo(OK);
    assertThat(mode(client, "zone/d")).isEqualTo(01750);
  }

  @Test
  void umask_withMoreBitsOrAModeBesideIt_isRefused() throws Exception {
    Nfs4Client client = gateway.client("a");
    assertThat(client.status(mkdir("d", 0777, 01000))).isEqualTo(INVAL);
    assertThat(client.status(mkdir("d", 010777, 0))).isEqualTo(INVAL);
    Ops twice = new Ops().path("zone");
    XdrWriter out = twice.op(6).int32(2).opaque("d".getBytes(UTF_8));
    out.int32(3).int32(0).int32(WORD_1_MODE).int32(WORD_2_MODE_UMASK);
    out.int32(12).int32(0777).int32(0777).int32(0);
    assertThat(client.status(twice)).isEqualTo(INVAL);
  }

  @Test
  void modeUmask_ofWhatIsThere_canBeNeitherSetNorRead() throws Exception {
    Nfs4Client client = gateway.client("a");
    assertThat(client.status(mkdir("d", 0777, 0))).isEqualTo(OK);
    Ops set = new Ops().path("zone/d");
    value(set.op(34).fixed(new byte[16]), 0700, 0);
    assertThat(client.status(set)).isEqualTo(INVAL);
    assertThat(client.status(new Ops().path("zone/d").attributes(MODE_UMASK))).isEqualTo(INVAL);
    assertThat(mode(client, "zone/d")).isEqualTo(0777);
  }

  @Test
  void modeUmask_isThereFrom42On() throws Exception {
    Ops ask = new Ops().path("zone").attributes(0, 75);
    XdrReader in = gateway.client("a").run(ask).skip(24, 15).attributes();
    assertThat(thirdWord(in) & WORD_2_MODE_UMASK).isNotZero();
    assertThat(thirdWord(in) & WORD_2_MODE_UMASK).isNotZero();
    try (Nfs4Client old = Nfs4Client.connect(gateway.address(), 1, "old")) {
      XdrReader before = old.run(ask).skip(24, 15).attributes();
      assertThat(thirdWord(before) & WORD_2_MODE_UMASK).isZero();
      assertThat(before.int32()).isEqualTo(2);
      old.run(new Ops().reclaimComplete());
      assertThat(old.status(mkdir("d", 0777, 0))).isEqualTo(ATTRNOTSUPP);
    }
  }

  private static int thirdWord(XdrReader in) throws Exception {
    assertThat(in.int32()).isEqualTo(3);
    in.int64();
    return in.int32();
  }
}
