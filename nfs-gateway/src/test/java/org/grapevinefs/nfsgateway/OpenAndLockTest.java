// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.grapevinefs.nfsgateway.client.Nfs4Client;
import org.grapevinefs.nfsgateway.client.Ops;
import org.grapevinefs.nfsgateway.client.Reply;
import org.grapevinefs.nfsgateway.client.RpcConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OpenAndLockTest {

  private static final int OK = 0;
  private static final int ACCESS = 13;
  private static final int EXIST = 17;
  private static final int ISDIR = 21;
  private static final int INVAL = 22;
  private static final int DENIED = 10010;
  private static final int LOCKED = 10012;
  private static final int SHARE_DENIED = 10015;
  private static final int OLD_STATEID = 10024;
  private static final int BAD_STATEID = 10025;
  private static final int SYMLINK = 10029;
  private static final int OPENMODE = 10038;
  private static final int BADSESSION = 10052;
  private static final int READ = 1;
  private static final int WRITE = 2;
  private static final int BOTH = 3;

  private final GatewayFixture gateway = new GatewayFixture();

  @AfterEach
  void close() throws Exception {
    gateway.close();
  }

  private static byte[] open(Nfs4Client client, String owner, int access, int deny)
      throws Exception {
    return client
        .run(new Ops().path("zone").create(owner, "f", access, deny))
        .skip(24, 15)
        .opened();
  }

  @Test
  void write_thenRead_givesTheBytes() throws Exception {
    Nfs4Client client = gateway.client("a");
    byte[] stateid = open(client, "o", BOTH, 0);
    byte[] text = "hello, grapevine".getBytes(UTF_8);
    Ops io =
        new Ops()
            .path("zone/f")
            .write(stateid, 3, 0, text)
            .commit(0, 0)
            .read(stateid, 3, 100)
            .close(stateid);
    Reply reply = client.run(io).skip(24, 15, 15);
    assertThat(reply.expect(38).int32()).isEqualTo(text.length);
    reply.in().fixed(12);
    reply.expect(5).fixed(8);
    assertThat(reply.data()).isEqualTo(text);
    reply.stateid(4);
    assertThat(gateway.zone().opens()).isZero();
  }

  @Test
  void read_atTheEnd_saysSo() throws Exception {
    Nfs4Client client = gateway.client("a");
    byte[] stateid = open(client, "o", BOTH, 0);
    Ops io = new Ops().path("zone/f").write(stateid, 0, 2, new byte[10]);
    assertThat(client.status(io)).isEqualTo(OK);
    Reply reply =
        client
            .run(
                new Ops()
                    .path("zone/f")
                    .read(stateid, 0, 9)
                    .read(stateid, 9, 9)
                    .read(stateid, -1, 9))
            .skip(24, 15, 15);
    assertThat(reply.expect(25).bool()).isFalse();
    assertThat(reply.in().opaque(100)).hasSize(9);
    assertThat(reply.expect(25).bool()).isTrue();
    assertThat(reply.in().opaque(100)).hasSize(1);
    assertThat(reply.expect(25).bool()).isTrue();
    assertThat(reply.in().opaque(100)).isEmpty();
  }

  @Test
  void open_withADenialInTheWay_isRefused() throws Exception {
    Nfs4Client one = gateway.client("a");
    Nfs4Client other = gateway.client("b");
    byte[] stateid = open(one, "o", READ, WRITE);
    assertThat(other.status(new Ops().path("zone").open("o", "f", WRITE, 0)))
        .isEqualTo(SHARE_DENIED);
    assertThat(other.status(new Ops().path("zone").open("o", "f", READ, READ)))
        .isEqualTo(SHARE_DENIED);
    assertThat(other.status(new Ops().path("zone/f").write(Ops.anonymous(), 0, 0, new byte[1])))
        .isEqualTo(LOCKED);
    assertThat(other.status(new Ops().path("zone").open("o", "f", READ, 0))).isEqualTo(OK);
    assertThat(one.status(new Ops().path("zone/f").close(stateid))).isEqualTo(OK);
    assertThat(other.status(new Ops().path("zone").open("o", "f", WRITE, 0))).isEqualTo(OK);
  }

  @Test
  void open_againByTheSameOwner_upgradesAndCountsUp() throws Exception {
    Nfs4Client client = gateway.client("a");
    byte[] first = open(client, "o", READ, 0);
    byte[] second = open(client, "o", WRITE, 0);
    assertThat(second[3]).isEqualTo((byte) 2);
    assertThat(gateway.zone().opens()).isEqualTo(1);
    assertThat(client.status(new Ops().path("zone/f").close(first))).isEqualTo(OLD_STATEID);
    byte[] third =
        client
            .run(new Ops().path("zone/f").downgrade(second, READ, 0))
            .skip(24, 15, 15)
            .stateid(21);
    assertThat(client.status(new Ops().path("zone/f").write(third, 0, 0, new byte[1])))
        .isEqualTo(OPENMODE);
    assertThat(client.status(new Ops().path("zone/f").downgrade(third, WRITE, 0))).isEqualTo(INVAL);
    assertThat(client.status(new Ops().path("zone/f").close(third))).isEqualTo(OK);
    assertThat(client.status(new Ops().path("zone/f").read(third, 0, 1))).isEqualTo(BAD_STATEID);
    assertThat(gateway.zone().opens()).isZero();
  }

  @Test
  void open_ofWhatIsNoFile_saysWhatItIs() throws Exception {
    Nfs4Client client = gateway.client("a");
    client.run(new Ops().path("zone").mkdir("d"));
    client.run(new Ops().path("zone").symlink("s", "d"));
    assertThat(client.status(new Ops().path("zone").open("o", "d", READ, 0))).isEqualTo(ISDIR);
    assertThat(client.status(new Ops().path("zone").open("o", "s", READ, 0))).isEqualTo(SYMLINK);
  }

  @Test
  void open_withoutTheRight_isRefused() throws Exception {
    Nfs4Client root = gateway.client("a");
    open(root, "o", BOTH, 0);
    Nfs4Client user = gateway.client("u", 1, 1000);
    user.run(new Ops().reclaimComplete());
    assertThat(user.status(new Ops().path("zone").open("o", "f", READ, 0))).isEqualTo(OK);
    assertThat(user.status(new Ops().path("zone").open("o", "f", WRITE, 0))).isEqualTo(ACCESS);
  }

  @Test
  void write_withAnothersStateid_wantsARightOfOnesOwn() throws Exception {
    Nfs4Client root = gateway.client("a");
    byte[] stateid = open(root, "o", BOTH, 0);
    byte[] lock =
        root.run(new Ops().path("zone/f").lockAnew(stateid, "l", 2, 0, 1))
            .skip(24, 15, 15)
            .stateid(12);
    assertThat(root.status(new Ops().path("zone/f").setMode(0600))).isEqualTo(OK);
    try (RpcConnection theirs = new RpcConnection(gateway.address(), 1000, 1000)) {
      Nfs4Client user = root.over(theirs);
      for (byte[] stolen : List.of(stateid, lock)) {
        assertThat(user.status(new Ops().path("zone/f").write(stolen, 0, 0, new byte[1])))
            .isEqualTo(ACCESS);
        assertThat(user.status(new Ops().path("zone/f").read(stolen, 0, 1))).isEqualTo(ACCESS);
      }
      assertThat(root.status(new Ops().path("zone/f").setMode(0622))).isEqualTo(OK);
      assertThat(user.status(new Ops().path("zone/f").write(stateid, 0, 0, new byte[1])))
          .isEqualTo(OK);
      assertThat(user.status(new Ops().path("zone/f").read(stateid, 0, 1))).isEqualTo(ACCESS);
    }
  }

  @Test
  void write_byTheOneWhoOpened_needsNoRightAfterwards() throws Exception {
    Nfs4Client root = gateway.client("a");
    open(root, "o", BOTH, 0);
    assertThat(root.status(new Ops().path("zone/f").setMode(0666))).isEqualTo(OK);
    try (RpcConnection theirs = new RpcConnection(gateway.address(), 1000, 1000)) {
      Nfs4Client user = root.over(theirs);
      byte[] stateid = open(user, "u", BOTH, 0);
      assertThat(root.status(new Ops().path("zone/f").setMode(0))).isEqualTo(OK);
      assertThat(user.status(new Ops().path("zone/f").write(stateid, 0, 0, new byte[1])))
          .isEqualTo(OK);
      assertThat(user.status(new Ops().path("zone/f").read(stateid, 0, 1))).isEqualTo(OK);
      assertThat(user.status(new Ops().path("zone/f").write(Ops.anonymous(), 0, 0, new byte[1])))
          .isEqualTo(ACCESS);
    }
  }

  @Test
  void write_throughAnOpenOfTwoUsers_isEithers() throws Exception {
    Nfs4Client root = gateway.client("a");
    open(root, "o", BOTH, 0);
    assertThat(root.status(new Ops().path("zone/f").setMode(0666))).isEqualTo(OK);
    try (RpcConnection one = new RpcConnection(gateway.address(), 1000, 1000);
        RpcConnection two = new RpcConnection(gateway.address(), 2000, 2000)) {
      open(root.over(one), "shared", BOTH, 0);
      byte[] stateid = open(root.over(two), "shared", BOTH, 0);
      assertThat(root.status(new Ops().path("zone/f").setMode(0))).isEqualTo(OK);
      Ops write = new Ops().path("zone/f").write(stateid, 0, 0, new byte[1]);
      assertThat(root.over(one).status(write)).isEqualTo(OK);
      assertThat(root.over(two).status(write)).isEqualTo(OK);
    }
  }

  @Test
  void exclusiveCreate_repeated_findsItsFileAndNoOther() throws Exception {
    Nfs4Client client = gateway.client("a");
    Ops create = new Ops().path("zone").createExclusive("o", "x", 42);
    assertThat(client.status(create)).isEqualTo(OK);
    assertThat(client.status(create)).isEqualTo(OK);
    assertThat(client.status(new Ops().path("zone").createExclusive("o", "x", 43)))
        .isEqualTo(EXIST);
  }

  @Test
  void currentStateid_afterOpen_standsForTheOpen() throws Exception {
    Nfs4Client client = gateway.client("a");
    byte[] current = new byte[16];
    current[3] = 1;
    Ops all =
        new Ops()
            .path("zone")
            .create("o", "f", BOTH, 0)
            .write(current, 0, 2, new byte[3])
            .close(current);
    assertThat(client.status(all)).isEqualTo(OK);
    assertThat(client.status(new Ops().path("zone/f").close(current))).isEqualTo(BAD_STATEID);
  }

  @Test
  void lock_ofTwoOwners_conflictsAndTellsOfTheOther() throws Exception {
    Nfs4Client one = gateway.client("a");
    Nfs4Client other = gateway.client("b");
    byte[] mine = open(one, "o", BOTH, 0);
    byte[] theirs = open(other, "o", BOTH, 0);
    byte[] lock =
        one.run(new Ops().path("zone/f").lockAnew(mine, "p", WRITE, 10, 10))
            .skip(24, 15, 15)
            .stateid(12);
    Reply denied = other.run(new Ops().path("zone/f").lockAnew(theirs, "p", READ, 19, -1));
    assertThat(denied.status()).isEqualTo(DENIED);
    denied.skip(24, 15, 15);
    assertThat(denied.in().int32()).isEqualTo(12);
    assertThat(denied.in().int32()).isEqualTo(DENIED);
    assertThat(denied.in().int64()).isEqualTo(10);
    assertThat(denied.in().int64()).isEqualTo(10);
    assertThat(denied.in().int32()).isEqualTo(WRITE);
    assertThat(denied.in().int64()).isEqualTo(one.clientId());
    assertThat(other.status(new Ops().path("zone/f").lockTest("p", READ, 20, 1))).isEqualTo(OK);
    assertThat(one.status(new Ops().path("zone/f").unlock(lock, 15, -1))).isEqualTo(OK);
    assertThat(other.status(new Ops().path("zone/f").lockTest("p", READ, 15, 1))).isEqualTo(OK);
    assertThat(other.status(new Ops().path("zone/f").lockTest("p", READ, 14, 1))).isEqualTo(DENIED);
  }

  @Test
  void lock_withABadRangeOrMode_isRefused() throws Exception {
    Nfs4Client client = gateway.client("a");
    byte[] stateid = open(client, "o", READ, 0);
    assertThat(client.status(new Ops().path("zone/f").lockAnew(stateid, "p", READ, 0, 0)))
        .isEqualTo(INVAL);
    assertThat(client.status(new Ops().path("zone/f").lockAnew(stateid, "p", READ, -2, 9)))
        .isEqualTo(INVAL);
    assertThat(client.status(new Ops().path("zone/f").lockAnew(stateid, "p", WRITE, 0, 1)))
        .isEqualTo(OPENMODE);
  }

  @Test
  void expiredClient_keepsItsLockUntilSomeoneWantsIt() throws Exception {
    Nfs4Client sleeper = gateway.client("a");
    byte[] mine = open(sleeper, "o", BOTH, 0);
    sleeper.run(new Ops().path("zone/f").lockAnew(mine, "p", WRITE, 0, -1));
    gateway.pass(Duration.ofHours(1));
    assertThat(sleeper.status(new Ops().path("zone/f").read(mine, 0, 1))).isEqualTo(OK);
    gateway.pass(Duration.ofHours(1));
    Nfs4Client other = gateway.client("b");
    byte[] theirs = open(other, "o", BOTH, 0);
    assertThat(other.status(new Ops().path("zone/f").lockAnew(theirs, "p", WRITE, 5, 1)))
        .isEqualTo(OK);
    assertThat(sleeper.status(new Ops().path("zone/f").read(mine, 0, 1))).isEqualTo(BADSESSION);
    assertThat(gateway.zone().opens()).isEqualTo(1);
  }

  @Test
  void removedFile_whileOpen_staysReadable() throws Exception {
    Nfs4Client client = gateway.client("a");
    byte[] stateid = open(client, "o", BOTH, 0);
    Reply opened =
        client.run(new Ops().path("zone/f").write(stateid, 0, 2, new byte[5]).getHandle());
    opened.skip(24, 15, 15).expect(38).fixed(16);
    byte[] handle = opened.handle();
    assertThat(client.status(new Ops().path("zone").remove("f"))).isEqualTo(OK);
    Reply read = client.run(new Ops().handle(handle).read(stateid, 0, 9)).skip(22);
    assertThat(read.data()).hasSize(5);
    assertThat(client.status(new Ops().handle(handle).close(stateid))).isEqualTo(OK);
    assertThat(client.status(new Ops().handle(handle).attributes(1))).isEqualTo(70);
  }
}
