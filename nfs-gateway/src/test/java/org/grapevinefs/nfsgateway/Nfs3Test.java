// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.grapevinefs.nfsgateway.client.Nfs3Client.after;
import static org.grapevinefs.nfsgateway.client.Nfs3Client.args;
import static org.grapevinefs.nfsgateway.client.Nfs3Client.attributes;
import static org.grapevinefs.nfsgateway.client.Nfs3Client.change;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import org.grapevinefs.nfsgateway.client.CallbackServer;
import org.grapevinefs.nfsgateway.client.Nfs3Client;
import org.grapevinefs.nfsgateway.client.Nfs4Client;
import org.grapevinefs.nfsgateway.client.Ops;
import org.grapevinefs.nfsgateway.client.RpcConnection;
import org.grapevinefs.nfsgateway.client.RpcFailure;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class Nfs3Test {

  private static final int OK = 0;
  private static final int NOENT = 2;
  private static final int ACCES = 13;
  private static final int EXIST = 17;
  private static final int NOTDIR = 20;
  private static final int ISDIR = 21;
  private static final int INVAL = 22;
  private static final int ROFS = 30;
  private static final int STALE = 70;
  private static final int BADHANDLE = 10001;
  private static final int NOT_SYNC = 10002;
  private static final int BAD_COOKIE = 10003;
  private static final int TOOSMALL = 10005;
  private static final int BADTYPE = 10007;
  private static final int JUKEBOX = 10008;

  private final GatewayFixture gateway = new GatewayFixture();
  private Nfs3Client client;
  private byte[] root;

  @BeforeEach
  void mount() throws Exception {
    client = as(0);
    root = client.root("/zone");
  }

  @AfterEach
  void close() throws Exception {
    client.close();
    gateway.close();
  }

  private Nfs3Client as(int uid) throws Exception {
    return new Nfs3Client(new RpcConnection(gateway.address(), uid, uid));
  }

  private static XdrWriter mkdir(byte[] directory, String name) {
    return attributes(args(directory, name), 0755, null);
  }

  @Test
  void mount_ofAZoneOrADirectoryInIt_givesItsHandle() throws Exception {
    client.call(9, mkdir(root, "d")).ok();
    assertThat(client.root("/zone/d")).isEqualTo(client.lookup(root, "d"));
    assertThat(client.root("zone/")).isEqualTo(root);
    assertThat(client.mount("/nothing").status()).isEqualTo(NOENT);
    assertThat(client.mount("/").status()).isEqualTo(ACCES);
    client.create(root, "f");
    assertThat(client.mount("/zone/f").status()).isEqualTo(NOTDIR);
    assertThat(client.exports()).containsExactly("/zone");
  }

  @Test
  void mount_ofAZoneThatIsNotForTheCaller_findsNothing() throws Exception {
    gateway.serve(
        List.of(
            new Export(
                "zone", new UUID(7, 7), gateway.zone(), List.of(), List.of(), Squash.NONE, 1, 1)));
    assertThat(client.mount("/zone").status()).isEqualTo(NOENT);
    assertThat(client.exports()).isEmpty();
    assertThat(client.call(1, args(root)).status()).isEqualTo(STALE);
  }

  @Test
  void handle_altered_isRefused() throws Exception {
    byte[] altered = root.clone();
    altered[25] ^= 1;
    assertThat(client.call(1, args(altered)).status()).isEqualTo(BADHANDLE);
    assertThat(client.call(3, args(new byte[] {1, 0, 0, 0}, "zone")).status()).isEqualTo(BADHANDLE);
  }

  @Test
  void handle_isTheSameInVersion4() throws Exception {
    byte[] made = client.create(root, "f");
    Nfs4Client four = gateway.client("a");
    byte[] handle = four.run(new Ops().path("zone/f").getHandle()).skip(24, 15, 15).handle();
    assertThat(handle).isEqualTo(made);
  }

  @Test
  void file_writtenAndCommitted_isReadBack() throws Exception {
    byte[] file = client.create(root, "f");
    XdrReader written = client.write(file, 3, 0, new byte[] {1, 2, 3}).ok();
    change(written);
    assertThat(written.int32()).isEqualTo(3);
    assertThat(written.int32()).isZero();
    long verifier = written.int64();
    XdrReader committed = client.call(21, args(file).int64(0).int32(0)).ok();
    change(committed);
    assertThat(committed.int64()).isEqualTo(verifier);
    assertThat(client.read(file, 0, 100)).containsExactly(0, 0, 0, 1, 2, 3);
    assertThat(client.read(file, 99, 1)).isEmpty();
    assertThat(client.getattr(file).size()).isEqualTo(6);
    assertThat(client.write(root, 0, 0, new byte[1]).status()).isEqualTo(ISDIR);
  }

  @Test
  void setattr_withAGuard_actsOnlyIfNothingChanged() throws Exception {
    byte[] file = client.create(root, "f");
    XdrWriter wrong = attributes(args(file), 0600, null).bool(true).int32(1).int32(1);
    assertThat(client.call(2, wrong).status()).isEqualTo(NOT_SYNC);
    XdrReader now = client.call(1, args(file)).ok();
    now.fixed(76);
    XdrWriter right = attributes(args(file), 0600, 10L).bool(true).int32(now.int32());
    client.call(2, right.int32(now.int32())).ok();
    assertThat(client.getattr(file).mode()).isEqualTo(0600);
    assertThat(client.getattr(file).size()).isEqualTo(10);
  }

  @Test
  void create_inEachWay_doesWhatItShould() throws Exception {
    client.create(root, "f");
    XdrWriter again = attributes(args(root, "f").int32(1), 0644, null);
    assertThat(client.call(8, again).status()).isEqualTo(EXIST);
    client.call(8, attributes(args(root, "f").int32(0), 0644, 0L)).ok();
    client.call(8, args(root, "x").int32(2).int64(42)).ok();
    client.call(8, args(root, "x").int32(2).int64(42)).ok();
    assertThat(client.call(8, args(root, "x").int32(2).int64(43)).status()).isEqualTo(EXIST);
  }

  @Test
  void kinds_ofAllSorts_areMade() throws Exception {
    client.call(9, mkdir(root, "d")).ok();
    XdrWriter link = attributes(args(root, "l"), null, null).opaque(new byte[] {'t'});
    client.call(10, link).ok();
    XdrReader target = client.call(5, args(client.lookup(root, "l"))).ok();
    after(target);
    assertThat(target.opaque(99)).containsExactly('t');
    client.call(11, attributes(args(root, "p").int32(7), 0600, null)).ok();
    client.call(11, attributes(args(root, "c").int32(4), 0600, null).int32(1).int32(3)).ok();
    assertThat(client.call(11, args(root, "z").int32(1)).status()).isEqualTo(BADTYPE);
    assertThat(client.getattr(client.lookup(root, "p")).type()).isEqualTo(7);
    assertThat(client.getattr(client.lookup(root, "c")).type()).isEqualTo(4);
  }

  @Test
  void names_linkedMovedAndRemoved_followTheRules() throws Exception {
    byte[] file = client.create(root, "f");
    client.call(9, mkdir(root, "d")).ok();
    byte[] dir = client.lookup(root, "d");
    client.call(15, args(file).opaque(dir).opaque(new byte[] {'g'})).ok();
    assertThat(client.getattr(file).links()).isEqualTo(2);
    client.call(14, args(root, "f").opaque(dir).opaque(new byte[] {'h'})).ok();
    assertThat(client.call(3, args(root, "f")).status()).isEqualTo(NOENT);
    assertThat(client.lookup(dir, "h")).isEqualTo(file);
    assertThat(client.call(12, args(root, "d")).status()).isEqualTo(ISDIR);
    assertThat(client.call(13, args(dir, "h")).status()).isEqualTo(NOTDIR);
    assertThat(client.call(13, args(dir, ".")).status()).isEqualTo(INVAL);
    assertThat(client.call(12, args(dir, "..")).status()).isEqualTo(EXIST);
    client.call(12, args(dir, "h")).ok();
    client.call(12, args(dir, "g")).ok();
    client.call(13, args(root, "d")).ok();
    assertThat(client.call(1, args(file)).status()).isEqualTo(STALE);
  }

  @Test
  void dots_areLookedUp() throws Exception {
    client.call(9, mkdir(root, "d")).ok();
    byte[] dir = client.lookup(root, "d");
    assertThat(client.lookup(dir, ".")).isEqualTo(dir);
    assertThat(client.lookup(dir, "..")).isEqualTo(root);
    assertThat(client.lookup(root, "..")).isEqualTo(root);
  }

  @Test
  void change_ofADirectory_isToldWithWhatWasBefore() throws Exception {
    XdrReader made = client.call(9, mkdir(root, "d")).ok();
    made.bool();
    made.opaque(64);
    after(made);
    assertThat(change(made)).isTrue();
  }

  @Test
  void listing_inSmallPages_hasEveryNameOnce_whileOthersComeAndGo() throws Exception {
    Set<String> names = new HashSet<>(Set.of(".", ".."));
    for (int i = 0; i < 300; i++) {
      client.create(root, "file-" + i);
      names.add("file-" + i);
    }
    for (boolean plus : new boolean[] {false, true}) {
      List<String> listed = new ArrayList<>();
      long cookie = 0;
      Nfs3Client.Page page;
      int round = 0;
      do {
        page = client.list(root, cookie, 1024, plus);
        for (Nfs3Client.Entry entry : page.entries()) {
          listed.add(entry.name());
          cookie = entry.cookie();
        }
        String other = "other-" + plus + round;
        client.create(root, other);
        client.call(12, args(root, other)).ok();
        round++;
      } while (!page.end());
      listed.removeIf(name -> name.startsWith("other"));
      assertThat(listed).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(names);
    }
  }

  @Test
  void listing_withHandles_leadsToTheFiles() throws Exception {
    byte[] file = client.create(root, "f");
    Nfs3Client.Page page = client.list(root, 2, 4096, true);
    assertThat(page.entries()).hasSize(1);
    assertThat(page.entries().getFirst().handle()).isEqualTo(file);
    assertThat(page.end()).isTrue();
  }

  @Test
  void listing_withoutRoomOrFromNowhere_isRefused() throws Exception {
    client.create(root, "f");
    XdrWriter small = args(root).int64(0).int64(0).int32(40);
    assertThat(client.call(16, small).status()).isEqualTo(TOOSMALL);
    XdrWriter stranger = args(root).int64(3).int64(9).int32(4096);
    assertThat(client.call(16, stranger).status()).isEqualTo(BAD_COOKIE);
  }

  @Test
  void rights_areThoseOfTheCaller() throws Exception {
    byte[] file = client.create(root, "f");
    client.call(2, attributes(args(file), 0600, null).bool(false)).ok();
    try (Nfs3Client anna = as(1000)) {
      assertThat(anna.call(6, args(file).int64(0).int32(1)).status()).isEqualTo(ACCES);
      assertThat(anna.call(12, args(root, "f")).status()).isEqualTo(ACCES);
      XdrReader access = anna.call(4, args(file).int32(0x3f)).ok();
      after(access);
      assertThat(access.int32()).isZero();
    }
  }

  @Test
  void squashAndReadOnly_holdHereToo() throws Exception {
    Export open = gateway.exports().getFirst();
    Export squashed =
        new Export(
            "zone",
            open.zone(),
            gateway.zone(),
            open.clients(),
            List.of(),
            Squash.ROOT,
            Export.NOBODY,
            Export.NOBODY);
    client.call(2, attributes(args(root), 0777, null).bool(false)).ok();
    gateway.serve(List.of(squashed));
    assertThat(client.getattr(client.create(root, "f")).uid()).isEqualTo(Export.NOBODY);
    Export readOnly =
        new Export(
            "zone", open.zone(), gateway.zone(), open.clients(), open.clients(), Squash.NONE, 1, 1);
    gateway.serve(List.of(readOnly));
    assertThat(client.call(9, mkdir(root, "d")).status()).isEqualTo(ROFS);
  }

  @Test
  void call_sentTwiceUnderOneNumber_happensOnce() throws Exception {
    assertThat(client.callAs(99, 9, mkdir(root, "d")).status()).isEqualTo(OK);
    assertThat(client.callAs(99, 9, mkdir(root, "d")).status()).isEqualTo(OK);
    assertThat(client.callAs(100, 9, mkdir(root, "d")).status()).isEqualTo(EXIST);
  }

  @Test
  void informationAboutTheFileSystem_isThere() throws Exception {
    XdrReader stat = client.call(18, args(root)).ok();
    after(stat);
    assertThat(stat.int64()).isEqualTo(64L << 30);
    XdrReader info = client.call(19, args(root)).ok();
    after(info);
    assertThat(info.int32()).isEqualTo(1 << 20);
    XdrReader conf = client.call(20, args(root)).ok();
    after(conf);
    conf.int32();
    assertThat(conf.int32()).isEqualTo(255);
  }

  @Test
  void delegation_ofAClientOfVersion4_isCalledBack() throws Exception {
    byte[] file = client.create(root, "f");
    CallbackServer callbacks = new CallbackServer();
    Nfs4Client four = gateway.client("a", callbacks);
    byte[] delegation =
        four.run(new Ops().path("zone").open("o", "f", 1, 0)).skip(24, 15).opening().delegation();
    assertThat(delegation).hasSize(16);
    assertThat(client.write(file, 0, 0, new byte[1]).status()).isEqualTo(JUKEBOX);
    assertThat(client.call(12, args(root, "f")).status()).isEqualTo(JUKEBOX);
    assertThat(four.status(new Ops().path("zone/f").giveBack(delegation))).isEqualTo(OK);
    assertThat(client.write(file, 0, 0, new byte[1]).status()).isEqualTo(OK);
  }

  @Test
  void denial_byAClientOfVersion4_isRespected() throws Exception {
    byte[] file = client.create(root, "f");
    Nfs4Client four = gateway.client("a");
    assertThat(four.status(new Ops().path("zone").open("o", "f", 1, 2))).isEqualTo(OK);
    assertThat(client.write(file, 0, 0, new byte[1]).status()).isEqualTo(ACCES);
    assertThat(client.read(file, 0, 1)).isEmpty();
  }

  @Test
  void arguments_thatAreGarbage_neverStopTheServer() throws Exception {
    SplittableRandom random = new SplittableRandom(3);
    for (int round = 0; round < 2000; round++) {
      XdrWriter arguments = random.nextBoolean() ? args(root) : new XdrWriter(64);
      int words = random.nextInt(0, 20);
      for (int i = 0; i < words; i++) {
        arguments.int32(random.nextInt(4) != 0 ? random.nextInt(0, 5) : random.nextInt());
      }
      try {
        assertThat(client.call(random.nextInt(1, 22), arguments).status()).isNotNegative();
      } catch (RpcFailure e) {
        assertThat(e.status()).isEqualTo(4);
      }
    }
    assertThat(client.getattr(root).type()).isEqualTo(2);
  }
}
