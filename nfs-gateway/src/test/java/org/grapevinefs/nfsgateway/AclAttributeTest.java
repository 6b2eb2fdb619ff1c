// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.grapevinefs.nfsgateway.client.CallbackServer;
import org.grapevinefs.nfsgateway.client.Nfs3Client;
import org.grapevinefs.nfsgateway.client.Nfs4Client;
import org.grapevinefs.nfsgateway.client.Ops;
import org.grapevinefs.nfsgateway.client.Reply;
import org.grapevinefs.nfsgateway.client.RpcConnection;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.grapevinefs.replication.fs.ZoneError;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.fs.ZoneFileSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The attributes ACL and ACLSUPPORT, over a zone in memory. */
class AclAttributeTest {

  private static final int OK = 0;
  private static final int PERM = 1;
  private static final int ISDIR = 21;
  private static final int INVAL = 22;
  private static final int ROFS = 30;
  private static final int DELAY = 10_008;
  private static final int ATTRNOTSUPP = 10_032;
  private static final int BADXDR = 10_036;
  private static final int BADOWNER = 10_039;

  private static final int ACL = 1 << 12;
  private static final int MODE = 1 << (33 - 32);
  private static final int ALLOW = 0;
  private static final int DENY = 1;
  private static final int GROUP = 0x40;
  private static final int BELOW = 0x0b;

  /** Rights to read, write, append and execute. */
  private static final int R = 0x1;

  private static final int W = 0x6;
  private static final int X = 0x20;
  private static final int REMOVE = 0x40;

  private record Entry(int type, int flags, int mask, String who) {}

  private static final List<Entry> LIST =
      List.of(
          new Entry(ALLOW, 0, R | W, "OWNER@"),
          new Entry(ALLOW, 0, R | W, "1234"),
          new Entry(ALLOW, GROUP, R, "GROUP@"),
          new Entry(ALLOW, GROUP, R, "4000000000"),
          new Entry(ALLOW, 0, R, "EVERYONE@"));

  private final GatewayFixture gateway = new GatewayFixture();
  private Nfs4Client client;

  @BeforeEach
  void connect() throws Exception {
    client = gateway.client("a");
    byte[] open = GatewayFixture.open(client, "o", "f");
    client.run(new Ops().path("zone/f").close(open));
    client.run(new Ops().path("zone").mkdir("d"));
  }

  @AfterEach
  void close() throws Exception {
    gateway.close();
  }

  private static byte[] value(List<Entry> entries) {
    XdrWriter out = new XdrWriter(256).int32(entries.size());
    for (Entry entry : entries) {
      out.int32(entry.type()).int32(entry.flags()).int32(entry.mask());
      out.opaque(entry.who().getBytes(UTF_8));
    }
    return out.toByteArray();
  }

  private static Ops set(String path, byte[] acl) {
    Ops ops = new Ops().path(path);
    ops.op(34).fixed(Ops.anonymous()).int32(1).int32(ACL).opaque(acl);
    return ops;
  }

  private static Ops set(String path, List<Entry> entries) {
    return set(path, value(entries));
  }

  private static List<String> list(XdrReader in) throws Exception {
    List<String> lines = new ArrayList<>();
    for (int left = in.int32(); left > 0; left--) {
      String type = in.int32() == ALLOW ? "A" : "D";
      int flags = in.int32();
      int mask = in.int32();
      lines.add("%s %x %x %s".formatted(type, flags, mask, new String(in.opaque(64), UTF_8)));
    }
    return lines;
  }

  private static Ops get(String path) {
    return new Ops().path(path).attributes(12);
  }

  private List<String> acl(String path) throws Exception {
    Reply reply = client.run(get(path));
    reply.skip(24);
    for (int i = path.split("/").length; i > 0; i--) {
      reply.skip(15);
    }
    return list(reply.attributes());
  }

  private int mode(String path) throws Exception {
    return client.run(new Ops().path(path).attributes(33)).skip(24, 15, 15).attributes().int32();
  }

  @Test
  void acl_ofAFileWithoutOne_saysItsModeInEveryVersion() throws Exception {
    String[] lines = {"A 0 160187 OWNER@", "A 40 120081 GROUP@", "A 0 120081 EVERYONE@"};
    assertThat(acl("zone/f")).containsExactly(lines);
    try (Nfs4Client other = Nfs4Client.connect(gateway.address(), 1, "b");
        RpcConnection old = gateway.connection()) {
      Reply first = other.run(get("zone/f"));
      assertThat(list(first.skip(24, 15, 15).attributes())).containsExactly(lines);
      Reply oldest = Nfs4Client.send(old, 0, get("zone/f"));
      assertThat(list(oldest.skip(24, 15, 15).attributes())).containsExactly(lines);
    }
  }

  @Test
  void aclsupport_saysThatEntriesAllowAndDeny() throws Exception {
    Ops ask = new Ops().path("zone").attributes(0, 13, 75);
    XdrReader in = client.run(ask).skip(24, 15).attributes();
    assertThat(in.int32()).isEqualTo(3);
    assertThat(in.int32() & ACL).isNotZero();
    in.int64();
    assertThat(in.int32()).isEqualTo(3);
    assertThat(in.int32()).isEqualTo(3);
    assertThat(in.int32() & ACL).as("at an exclusive creation").isNotZero();
  }

  @Test
  void setattr_ofAFile_isReadBackAndSetsTheMode() throws Exception {
    XdrReader in = client.run(set("zone/f", LIST)).skip(24, 15, 15).expect(34);
    assertThat(in.int32()).isEqualTo(1);
    assertThat(in.int32()).isEqualTo(ACL);
    assertThat(mode("zone/f")).isEqualTo(0664);
    assertThat(acl("zone/f"))
        .containsExactly(
            "A 0 160187 OWNER@",
            "A 0 120087 1234",
            "A 40 120081 GROUP@",
            "A 40 120081 4000000000",
            "A 0 120081 EVERYONE@");
    client.run(new Ops().path("zone/f").setMode(0640));
    assertThat(acl("zone/f"))
        .containsExactly(
            "A 0 160187 OWNER@",
            "D 0 6 1234",
            "A 0 120087 1234",
            "D 40 80026 GROUP@",
            "A 40 120081 GROUP@",
            "A 40 120081 4000000000",
            "A 0 120080 EVERYONE@");
  }

  @Test
  void setattr_ofAMode_isOneAgainWhenNobodyElseIsNamed() throws Exception {
    List<Entry> entries =
        List.of(
            new Entry(ALLOW, 0, R | W | X, "OWNER@"),
            new Entry(DENY, GROUP, W, "GROUP@"),
            new Entry(ALLOW, 0, R | W, "EVERYONE@"));
    assertThat(client.status(set("zone/f", entries))).isEqualTo(OK);
    assertThat(mode("zone/f")).isEqualTo(0546 | 0200);
    assertThat(client.status(set("zone/f", List.of()))).isEqualTo(OK);
    assertThat(mode("zone/f")).isZero();
  }

  @Test
  void setattr_withAMode_takesFromThatWhatTheListLeaves() throws Exception {
    Ops ops = new Ops().path("zone/d");
    byte[] acl = value(LIST.subList(0, 3));
    XdrWriter out = ops.op(34).fixed(Ops.anonymous()).int32(2).int32(ACL).int32(MODE);
    out.int32(acl.length + 4).fixed(acl).int32(01777);
    assertThat(client.status(ops)).isEqualTo(OK);
    // Without the right to remove names, nobody may write a directory.
    assertThat(mode("zone/d")).isEqualTo(01440);
  }

  @Test
  void setattr_ofADirectory_setsItsDefaultListToo() throws Exception {
    int all = R | W | X | REMOVE;
    List<Entry> entries =
        List.of(
            new Entry(ALLOW, 0, all, "OWNER@"),
            new Entry(ALLOW, GROUP, R | X, "GROUP@"),
            new Entry(ALLOW, 0, X, "EVERYONE@"),
            new Entry(ALLOW, 0x3, R | X, "1234"));
    assertThat(client.status(set("zone/d", entries))).isEqualTo(OK);
    assertThat(acl("zone/d"))
        .containsExactly(
            "A 0 1601e7 OWNER@",
            "A 0 1200a1 1234",
            "A 40 1200a1 GROUP@",
            "A 0 1200a0 EVERYONE@",
            "A b 1601e7 OWNER@",
            "A b 1200a1 1234",
            "A 4b 1200a1 GROUP@",
            "A b 1200a0 EVERYONE@");
    assertThat(client.status(set("zone/d", entries.subList(0, 3)))).isEqualTo(OK);
    assertThat(acl("zone/d")).hasSize(3).noneMatch(line -> line.startsWith("A b"));
    assertThat(client.status(set("zone/f", entries))).isEqualTo(ATTRNOTSUPP);
  }

  @Test
  void acl_setOverOneVersion_showsOverTheOther() throws Exception {
    client.run(set("zone/f", LIST));
    try (Nfs3Client third = new Nfs3Client(new RpcConnection(gateway.address(), 0, 0))) {
      byte[] handle = third.create(third.root("/zone"), "g");
      XdrWriter in = Nfs3Client.args(handle).int32(1).int32(5).int32(5);
      int[][] entries = {{1, 0, 6}, {2, 7, 4}, {4, 0, 0}, {0x10, 0, 4}, {0x20, 0, 0}};
      for (int[] entry : entries) {
        in.int32(entry[0]).int32(entry[1]).int32(entry[2]);
      }
      third.acl(2, in.int32(0).int32(0)).ok();
    }
    assertThat(acl("zone/g"))
        .containsExactly(
            "A 0 160187 OWNER@", "A 0 120081 7", "A 40 120080 GROUP@", "A 0 120080 EVERYONE@");
  }

  private static XdrWriter attributes(XdrWriter out, List<Entry> entries, int mode) {
    byte[] acl = value(entries);
    return out.int32(2).int32(ACL).int32(MODE).int32(acl.length + 4).fixed(acl).int32(mode);
  }

  @Test
  void create_withAList_givesItInPlaceOfTheMode() throws Exception {
    Ops make = new Ops().path("zone");
    attributes(make.op(6).int32(2).opaque("made".getBytes(UTF_8)), LIST, 01777);
    XdrReader in = client.run(make).skip(24, 15).expect(6);
    in.fixed(20);
    assertThat(in.int32()).isEqualTo(2);
    assertThat(in.int32()).isEqualTo(ACL);
    assertThat(in.int32()).isEqualTo(MODE);
    assertThat(mode("zone/made")).isEqualTo(01444);
  }

  private static Ops open(String name, int how, List<Entry> entries) {
    Ops ops = new Ops().path("zone");
    XdrWriter out = ops.op(18).int32(0).int32(3).int32(0).int64(0).opaque("o".getBytes(UTF_8));
    out.int32(1).int32(how);
    if (how == 3) {
      out.int64(77);
    }
    attributes(out, entries, 0666).int32(0).opaque(name.getBytes(UTF_8));
    return ops;
  }

  /** The first word of what OPEN says that it set. */
  private static int set(Reply reply) throws Exception {
    XdrReader in = reply.skip(24, 15).expect(18);
    in.fixed(16 + 20 + 4);
    return in.int32() == 0 ? 0 : in.int32();
  }

  @Test
  void open_withAList_givesItToWhatIsMadeOnly() throws Exception {
    assertThat(set(client.run(open("unchecked", 0, LIST)))).isEqualTo(ACL);
    assertThat(mode("zone/unchecked")).isEqualTo(0664);
    assertThat(set(client.run(open("guarded", 1, LIST)))).isEqualTo(ACL);
    assertThat(acl("zone/guarded")).hasSize(5);
    assertThat(set(client.run(open("exclusive", 3, LIST)))).isEqualTo(ACL);
    assertThat(acl("zone/exclusive")).hasSize(5);
    assertThat(set(client.run(open("f", 0, LIST)))).isZero();
    assertThat(mode("zone/f")).isEqualTo(0644);
    List<Entry> below = List.of(new Entry(ALLOW, BELOW, R, "OWNER@"));
    assertThat(client.status(open("none", 0, below))).isEqualTo(ATTRNOTSUPP);
    assertThat(client.status(get("zone/none"))).isEqualTo(2);
  }

  /** The zone, with access control lists that cannot be set just now. */
  private ZoneFileSystem withoutLists() {
    return (ZoneFileSystem)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {ZoneFileSystem.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("setAcls")) {
                throw new ZoneException(ZoneError.DELAY);
              }
              try {
                return method.invoke(gateway.zone(), arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void open_withAListThatCannotBeSet_makesTheFileForItsOwnerAndSaysSo() throws Exception {
    gateway.serve(List.of(Export.open("zone", new UUID(7, 7), withoutLists())));
    assertThat(set(client.run(open("made", 1, LIST)))).isZero();
    assertThat(mode("zone/made")).isEqualTo(0600);
  }

  @Test
  void setattr_ofWhatCannotBeMapped_isRefusedAndChangesNothing() throws Exception {
    Object[][] bad = {
      {new Entry(2, 0, R, "OWNER@"), ATTRNOTSUPP},
      {new Entry(3, 0x10, R, "OWNER@"), ATTRNOTSUPP},
      {new Entry(4, 0, R, "OWNER@"), INVAL},
      {new Entry(-1, 0, R, "OWNER@"), INVAL},
      {new Entry(ALLOW, 0x1, R, "OWNER@"), ATTRNOTSUPP},
      {new Entry(ALLOW, 0x2, R, "OWNER@"), ATTRNOTSUPP},
      {new Entry(ALLOW, 0x7, R, "OWNER@"), ATTRNOTSUPP},
      {new Entry(ALLOW, 0x20, R, "OWNER@"), ATTRNOTSUPP},
      {new Entry(ALLOW, 0x80, R, "OWNER@"), ATTRNOTSUPP},
      {new Entry(ALLOW, 0x100, R, "OWNER@"), INVAL},
      {new Entry(ALLOW, 0, 0x800, "OWNER@"), INVAL},
      {new Entry(ALLOW, 0, 1 << 31, "OWNER@"), INVAL},
      {new Entry(ALLOW, 0, R, "AUTHENTICATED@"), BADOWNER},
      {new Entry(ALLOW, 0, R, "root"), BADOWNER},
      {new Entry(ALLOW, 0, R, "1@example.org"), BADOWNER},
      {new Entry(ALLOW, 0, R, "4294967295"), BADOWNER},
      {new Entry(ALLOW, 0, R, "4294967296"), BADOWNER},
      {new Entry(ALLOW, 0, R, ""), INVAL},
    };
    for (Object[] each : bad) {
      List<Entry> entries = List.of(LIST.getFirst(), (Entry) each[0]);
      assertThat(client.status(set("zone/d", entries))).as("of %s", each[0]).isEqualTo(each[1]);
    }
    assertThat(mode("zone/d")).isEqualTo(0755);
    assertThat(acl("zone/d")).hasSize(3);
  }

  @Test
  void setattr_ofCountsThatLie_isRefused() throws Exception {
    byte[] huge = new XdrWriter(8).int32(Integer.MAX_VALUE).toByteArray();
    assertThat(client.status(set("zone/f", huge))).isEqualTo(INVAL);
    byte[] negative = new XdrWriter(8).int32(-1).toByteArray();
    assertThat(client.status(set("zone/f", negative))).isEqualTo(INVAL);
    byte[] cut = new XdrWriter(8).int32(6_000).int32(0).int32(0).toByteArray();
    assertThat(client.status(set("zone/f", cut))).isEqualTo(BADXDR);
    byte[] more = new XdrWriter(8).int32(0).int32(0).toByteArray();
    assertThat(client.status(set("zone/f", more))).isEqualTo(BADXDR);
    assertThat(client.status(set("zone/f", new byte[512 << 10]))).isEqualTo(BADXDR);
    List<Entry> users = new ArrayList<>();
    for (int id = 0; id < 6_000; id++) {
      users.add(new Entry(ALLOW, 0, R, Integer.toString(id)));
    }
    assertThat(client.status(set("zone/f", users))).isEqualTo(INVAL);
    users.addAll(users.subList(0, 200));
    assertThat(client.status(set("zone/f", users))).isEqualTo(INVAL);
    assertThat(mode("zone/f")).isEqualTo(0644);
  }

  @Test
  void setattr_ofTheLargestList_isReadBack() throws Exception {
    List<Entry> users = new ArrayList<>();
    for (int id = 0; id < 1_020; id++) {
      users.add(new Entry(ALLOW, 0, R, Integer.toUnsignedString(-2 - id)));
    }
    assertThat(client.status(set("zone/f", users))).isEqualTo(OK);
    assertThat(acl("zone/f")).hasSize(1_020 + 4);
  }

  @Test
  void setattr_byOneWhoIsNotTheOwner_isRefusedAndChangesNothing() throws Exception {
    Nfs4Client other = gateway.client("other", new CallbackServer(), 7);
    assertThat(other.status(set("zone/f", LIST))).isEqualTo(PERM);
    Ops make = new Ops().path("zone/f");
    attributes(make.op(34).fixed(Ops.anonymous()), LIST, 0777);
    Reply refused = other.run(make);
    assertThat(refused.status()).isEqualTo(PERM);
    assertThat(other.run(get("zone/f")).status()).isEqualTo(OK);
    assertThat(mode("zone/f")).isEqualTo(0644);
  }

  @Test
  void setattr_withWhatCannotBeSet_tellsThatTheListIs() throws Exception {
    Ops ops = new Ops().path("zone/d");
    byte[] acl = value(LIST);
    XdrWriter out = ops.op(34).fixed(Ops.anonymous()).int32(1).int32(ACL | 1 << 4);
    out.int32(acl.length + 8).int64(0).fixed(acl);
    Reply reply = client.run(ops);
    assertThat(reply.status()).isEqualTo(ISDIR);
    XdrReader in = reply.skip(24, 15, 15).in();
    assertThat(in.int64()).isEqualTo(34L << 32 | ISDIR);
    assertThat(in.int64()).isEqualTo(1L << 32 | ACL);
    assertThat(acl("zone/d")).hasSize(5);
  }

  @Test
  void setattr_ofSymbolicLinks_isNotThere() throws Exception {
    client.run(new Ops().path("zone").symlink("l", "f"));
    assertThat(client.status(set("zone/l", LIST))).isEqualTo(ATTRNOTSUPP);
    assertThat(acl("zone/l")).hasSize(3);
    Ops make = new Ops().path("zone");
    XdrWriter out = make.op(6).int32(5).opaque("f".getBytes(UTF_8));
    attributes(out.opaque("m".getBytes(UTF_8)), LIST, 0777);
    assertThat(client.status(make)).isEqualTo(ATTRNOTSUPP);
  }

  @Test
  void setattr_ofAFileThatAnotherHasDelegated_waits() throws Exception {
    Nfs4Client holder = gateway.client("holder", new CallbackServer());
    holder.run(new Ops().path("zone").open("o", "f", 1 | 0x100, 0));
    assertThat(client.status(set("zone/f", LIST))).isEqualTo(DELAY);
  }

  @Test
  void acl_overTheZones_canBeReadOnly() throws Exception {
    XdrReader in = client.run(new Ops().root().attributes(12)).skip(24).attributes();
    assertThat(list(in))
        .containsExactly("A 0 1601a1 OWNER@", "A 40 1200a1 GROUP@", "A 0 1200a1 EVERYONE@");
    assertThat(client.status(set("", LIST))).isEqualTo(ROFS);
  }

  @Test
  void readdir_thatAsksForLists_tellsThatOfEach() throws Exception {
    client.run(set("zone/f", LIST));
    XdrReader in = client.run(new Ops().path("zone").list(0, 8192, 12)).skip(24, 15).expect(26);
    in.int64();
    List<Integer> sizes = new ArrayList<>();
    while (in.bool()) {
      in.int64();
      in.opaque(255);
      assertThat(in.int64()).isEqualTo(1L << 32 | ACL);
      sizes.add(list(new XdrReader(in.view(4096))).size());
    }
    assertThat(sizes).containsExactlyInAnyOrder(5, 3);
  }

  @Test
  void verify_ofTheListAsItIsTold_isTheSame() throws Exception {
    XdrReader told = client.run(get("zone/f")).skip(24, 15, 15).attributes();
    byte[] bytes = told.fixed(told.remaining());
    Ops ops = new Ops().path("zone/f");
    ops.op(37).int32(1).int32(ACL).opaque(bytes);
    assertThat(client.status(ops)).isEqualTo(OK);
    client.run(set("zone/f", LIST));
    assertThat(client.status(ops)).isEqualTo(10_027);
  }
}
