// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.grapevinefs.nfsgateway.client.Nfs4Client;
import org.grapevinefs.nfsgateway.client.Ops;
import org.grapevinefs.nfsgateway.client.Reply;
import org.grapevinefs.nfsgateway.memory.MemoryZone;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DirectoryTest {

  private static final int OK = 0;
  private static final int NOENT = 2;
  private static final int XDEV = 18;
  private static final int INVAL = 22;
  private static final int ROFS = 30;
  private static final int NAMETOOLONG = 63;
  private static final int NOTEMPTY = 66;
  private static final int STALE = 70;
  private static final int BADHANDLE = 10001;
  private static final int BAD_COOKIE = 10003;
  private static final int TOOSMALL = 10005;
  private static final int NOFILEHANDLE = 10020;
  private static final int BADNAME = 10041;
  private static final int FILEID = 20;

  private final GatewayFixture gateway = new GatewayFixture();

  @AfterEach
  void close() throws Exception {
    gateway.close();
  }

  private record Page(List<String> names, long cookie, boolean end) {}

  private static Page page(Nfs4Client client, String path, long cookie, int most) throws Exception {
    Reply reply = client.run(new Ops().path(path).list(cookie, most, FILEID)).skip(24);
    for (String part : path.split("/")) {
      if (!part.isEmpty()) {
        reply.skip(15);
      }
    }
    XdrReader in = reply.expect(26);
    in.fixed(8);
    List<String> names = new ArrayList<>();
    long last = cookie;
    while (in.bool()) {
      last = in.int64();
      names.add(new String(in.opaque(255), UTF_8));
      in.fixed(in.length(3) * 4);
      in.opaque(100);
    }
    return new Page(names, last, in.bool());
  }

  @Test
  void readdir_inSmallPages_listsEachOnceThoughOthersComeAndGo() throws Exception {
    Nfs4Client client = gateway.client("a");
    for (int i = 0; i < 100; i++) {
      client.run(new Ops().path("zone").mkdir("d" + i));
    }
    List<String> seen = new ArrayList<>();
    long cookie = 0;
    boolean end = false;
    int round = 0;
    while (!end) {
      Page page = page(client, "zone", cookie, 512);
      seen.addAll(page.names());
      cookie = page.cookie();
      end = page.end();
      client.run(new Ops().path("zone").remove("d" + (99 - round)));
      client.run(new Ops().path("zone").mkdir("new" + round));
      round++;
    }
    assertThat(seen).doesNotHaveDuplicates();
    for (int i = 0; i <= 99 - round; i++) {
      assertThat(seen).contains("d" + i);
    }
  }

  @Test
  void readdir_withABadCookieOrNoRoom_isRefused() throws Exception {
    Nfs4Client client = gateway.client("a");
    client.run(new Ops().path("zone").mkdir("d"));
    assertThat(client.status(new Ops().path("zone").list(1, 4096, FILEID))).isEqualTo(BAD_COOKIE);
    assertThat(client.status(new Ops().path("zone").list(2, 4096, FILEID))).isEqualTo(BAD_COOKIE);
    assertThat(client.status(new Ops().path("zone").list(0, 20, FILEID))).isEqualTo(TOOSMALL);
  }

  @Test
  void pseudoRoot_listsWhatTheClientMaySee() throws Exception {
    Nfs4Client client = gateway.client("a");
    Export zone = gateway.exports().getFirst();
    Export hidden =
        new Export(
            "hidden",
            new UUID(1, 1),
            new MemoryZone(() -> java.time.Instant.EPOCH, new SplittableRandom(2)),
            List.of(AddressRange.parse("192.0.2.0/24")),
            List.of(),
            Squash.NONE,
            Export.NOBODY,
            Export.NOBODY);
    gateway.serve(List.of(zone, hidden));
    assertThat(page(client, "", 0, 4096).names()).containsExactly("zone");
    assertThat(client.status(new Ops().path("hidden"))).isEqualTo(NOENT);
    assertThat(client.status(new Ops().root().mkdir("x"))).isEqualTo(ROFS);
  }

  @Test
  void export_takenAway_makesItsHandlesStaleAtOnce() throws Exception {
    Nfs4Client client = gateway.client("a");
    byte[] handle = client.run(new Ops().path("zone").getHandle()).skip(24, 15).handle();
    List<Export> before = gateway.exports();
    gateway.serve(List.of());
    assertThat(client.status(new Ops().handle(handle))).isEqualTo(STALE);
    assertThat(page(client, "", 0, 4096).names()).isEmpty();
    gateway.serve(before);
    assertThat(client.status(new Ops().handle(handle).attributes(1))).isEqualTo(OK);
  }

  @Test
  void export_readOnlyOrSquashed_isSo() throws Exception {
    Nfs4Client client = gateway.client("a");
    Export zone = gateway.exports().getFirst();
    gateway.serve(
        List.of(
            new Export(
                "zone",
                zone.zone(),
                zone.files(),
                zone.clients(),
                List.of(AddressRange.ALL_IPV4, AddressRange.ALL_IPV6),
                Squash.NONE,
                Export.NOBODY,
                Export.NOBODY)));
    assertThat(client.status(new Ops().path("zone").mkdir("d"))).isEqualTo(ROFS);
    gateway.serve(
        List.of(
            new Export(
                "zone",
                zone.zone(),
                zone.files(),
                zone.clients(),
                List.of(),
                Squash.ROOT,
                Export.NOBODY,
                Export.NOBODY)));
    assertThat(client.status(new Ops().path("zone").mkdir("d"))).isEqualTo(13);
  }

  @Test
  void handle_forged_isRefused() throws Exception {
    Nfs4Client client = gateway.client("a");
    byte[] handle = client.run(new Ops().path("zone").getHandle()).skip(24, 15).handle();
    handle[30] ^= 1;
    assertThat(client.status(new Ops().handle(handle))).isEqualTo(BADHANDLE);
    assertThat(client.status(new Ops().handle(new byte[0]))).isEqualTo(BADHANDLE);
    assertThat(client.status(new Ops().handle(new byte[128]))).isEqualTo(BADHANDLE);
    assertThat(client.status(new Ops().getHandle())).isEqualTo(NOFILEHANDLE);
  }

  @Test
  void names_thatAreNone_areRefused() throws Exception {
    Nfs4Client client = gateway.client("a");
    assertThat(client.status(new Ops().path("zone").mkdir("a".repeat(255)))).isEqualTo(OK);
    assertThat(client.status(new Ops().path("zone").mkdir("a".repeat(256)))).isEqualTo(NAMETOOLONG);
    assertThat(client.status(new Ops().path("zone").mkdir("a/b"))).isEqualTo(BADNAME);
    assertThat(client.status(new Ops().path("zone").mkdir("a\0"))).isEqualTo(BADNAME);
    assertThat(client.status(new Ops().path("zone").mkdir(".."))).isEqualTo(BADNAME);
    assertThat(client.status(new Ops().path("zone").mkdir(""))).isEqualTo(INVAL);
  }

  @Test
  void renameLinkAndRemove_doAsTheyShould() throws Exception {
    Nfs4Client client = gateway.client("a");
    GatewayFixture.open(client, "o", "f");
    client.run(new Ops().path("zone").mkdir("d"));
    assertThat(client.status(new Ops().path("zone/f").save().path("zone/d").link("g")))
        .isEqualTo(OK);
    XdrReader links =
        client.run(new Ops().path("zone/f").attributes(35)).skip(24, 15, 15).attributes();
    assertThat(links.int32()).isEqualTo(2);
    assertThat(client.status(new Ops().path("zone").remove("d"))).isEqualTo(NOTEMPTY);
    assertThat(client.status(new Ops().path("zone").save().path("zone/d").rename("f", "h")))
        .isEqualTo(OK);
    assertThat(page(client, "zone/d", 0, 4096).names()).containsExactly("g", "h");
    assertThat(client.status(new Ops().path("zone").save().root().rename("d", "e")))
        .isEqualTo(ROFS);
  }

  @Test
  void rename_acrossZones_isRefused() throws Exception {
    Nfs4Client client = gateway.client("a");
    Export zone = gateway.exports().getFirst();
    Export other =
        Export.open(
            "other",
            new UUID(1, 1),
            new MemoryZone(() -> java.time.Instant.EPOCH, new SplittableRandom(2)));
    gateway.serve(List.of(zone, other));
    client.run(new Ops().path("zone").mkdir("d"));
    assertThat(client.status(new Ops().path("zone").save().path("other").rename("d", "d")))
        .isEqualTo(XDEV);
  }
}
