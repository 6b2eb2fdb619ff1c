// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.grapevinefs.nfsgateway.client.CallbackServer;
import org.grapevinefs.nfsgateway.client.Nfs4Client;
import org.grapevinefs.nfsgateway.client.Ops;
import org.grapevinefs.nfsgateway.client.Reply;
import org.grapevinefs.nfsgateway.client.RpcConnection;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.SetAttributes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DelegationTest {

  private static final int OK = 0;
  private static final int DELAY = 10008;
  private static final int ACCES = 13;
  private static final int BAD_STATEID = 10025;
  private static final int OPENMODE = 10038;
  private static final int REVOKED = 10087;
  private static final int READ = 1;
  private static final int WRITE = 2;

  private final GatewayFixture gateway = new GatewayFixture();
  private final CallbackServer callbacks = new CallbackServer();
  private Nfs4Client holder;
  private Nfs4Client other;

  @BeforeEach
  void makeTheFile() throws Exception {
    holder = gateway.client("holder", callbacks);
    other = gateway.client("other");
    byte[] open = GatewayFixture.open(other, "o", "f");
    assertThat(other.status(new Ops().path("zone/f").close(open))).isEqualTo(OK);
  }

  @AfterEach
  void close() throws Exception {
    gateway.close();
  }

  private static Reply.Opening open(Nfs4Client client, int access) throws Exception {
    return client.run(new Ops().path("zone").open("p", "f", access, 0)).skip(24, 15).opening();
  }

  private int opening(int access) throws Exception {
    return other.status(new Ops().path("zone").open("o", "f", access, 0));
  }

  private byte[] recalled() throws Exception {
    return callbacks.recalls().poll(10, TimeUnit.SECONDS);
  }

  private int giveBack(byte[] delegation) throws Exception {
    return holder.status(new Ops().path("zone/f").giveBack(delegation));
  }

  private FileId file() throws Exception {
    return gateway.zone().lookup(Caller.SYSTEM, FileId.ROOT, EntryName.of("f")).id();
  }

  @Test
  void open_ofAFileThatNobodyShares_givesADelegation() throws Exception {
    assertThat(open(holder, 1).kind()).isEqualTo(READ);
  }

  @Test
  void size_setUnderADelegation_needsTheCallersRight() throws Exception {
    assertThat(other.status(new Ops().path("zone/f").setMode(0666))).isEqualTo(OK);
    try (Nfs4Client user = gateway.client("user", new CallbackServer(), 1000)) {
      Reply.Opening open = open(user, 3);
      byte[] delegation = open.delegation();
      assertThat(open.kind()).isEqualTo(WRITE);
      assertThat(user.status(new Ops().path("zone/f").setSize(delegation, 0))).isEqualTo(OK);
      Caller root = Caller.SYSTEM;
      gateway.zone().setattr(root, file(), SetAttributes.mode(0644));
      assertThat(user.status(new Ops().path("zone/f").setSize(delegation, 0)))
          .as("while it is open for writing")
          .isEqualTo(OK);
      assertThat(user.status(new Ops().path("zone/f").close(open.stateid()))).isEqualTo(OK);
      assertThat(user.status(new Ops().path("zone/f").setSize(delegation, 0))).isEqualTo(ACCES);
    }
  }

  @Test
  void open_withoutABackChannel_givesNone() throws Exception {
    assertThat(open(other, 1).kind()).isZero();
  }

  @Test
  void open_ofAFileThatAnotherWrites_givesNone() throws Exception {
    assertThat(opening(3)).isEqualTo(OK);
    assertThat(open(holder, 1).kind()).isZero();
  }

  @Test
  void openToRead_byAnother_leavesADelegationToRead() throws Exception {
    open(holder, 1);
    assertThat(opening(1)).isEqualTo(OK);
    assertThat(callbacks.recalls()).isEmpty();
  }

  @Test
  void openToWrite_byAnother_waitsUntilTheDelegationIsBack() throws Exception {
    Reply.Opening opened = open(holder, 1);
    assertThat(opening(3)).isEqualTo(DELAY);
    assertThat(recalled()).isEqualTo(opened.delegation());
    assertThat(opening(3)).isEqualTo(DELAY);
    assertThat(callbacks.recalls()).isEmpty();
    assertThat(giveBack(opened.delegation())).isEqualTo(OK);
    assertThat(opening(3)).isEqualTo(OK);
    assertThat(giveBack(opened.delegation())).isEqualTo(BAD_STATEID);
    assertThat(gateway.zone().opens()).isEqualTo(2);
  }

  @Test
  void change_byAnother_callsTheDelegationBackFirst() throws Exception {
    Ops[] changes = {
      new Ops().path("zone").remove("f"),
      new Ops().path("zone").save().rename("f", "g"),
      new Ops().path("zone/f").setMode(0600),
      new Ops().path("zone/f").setSize(Ops.anonymous(), 0),
      new Ops().path("zone/f").write(Ops.anonymous(), 0, 2, new byte[1]),
      new Ops().path("zone/f").save().root().lookup("zone").link("h"),
    };
    byte[] delegation = open(holder, 1).delegation();
    for (Ops change : changes) {
      assertThat(other.status(change)).isEqualTo(DELAY);
    }
    assertThat(recalled()).isEqualTo(delegation);
    assertThat(giveBack(delegation)).isEqualTo(OK);
    assertThat(other.status(changes[2])).isEqualTo(OK);
  }

  @Test
  void change_byTheHolder_keepsTheDelegation() throws Exception {
    open(holder, 1);
    assertThat(holder.status(new Ops().path("zone/f").setMode(0600))).isEqualTo(OK);
    assertThat(open(holder, 3).kind()).isZero();
    assertThat(callbacks.recalls()).isEmpty();
  }

  @Test
  void change_fromElsewhere_callsTheDelegationBack() throws Exception {
    byte[] delegation = open(holder, 1).delegation();
    gateway.zone().changedElsewhere(file());
    assertThat(recalled()).isEqualTo(delegation);
    assertThat(giveBack(delegation)).isEqualTo(OK);
    assertThat(open(holder, 1).kind()).as("so soon after").isZero();
    gateway.pass(Duration.ofSeconds(11));
    Ops renew = new Ops().root();
    assertThat(holder.status(renew)).isEqualTo(OK);
    assertThat(open(holder, 1).kind()).isEqualTo(READ);
  }

  @Test
  void changeFromElsewhere_isShownToTheHolderOnceItGaveTheDelegationBack() throws Exception {
    byte[] delegation = open(holder, 1).delegation();
    long before = shown(holder);
    gateway.zone().setattr(Caller.SYSTEM, file(), SetAttributes.size(9L));
    assertThat(shown(holder)).isEqualTo(before);
    assertThat(shown(other)).isGreaterThan(before);
    assertThat(recalled()).isEqualTo(delegation);
    assertThat(shown(holder)).isEqualTo(before);
    assertThat(giveBack(delegation)).isEqualTo(OK);
    assertThat(shown(holder)).isGreaterThan(before).isEqualTo(shown(other));
  }

  @Test
  void changeOfItsOwn_isShownToTheHolder_andOneFromElsewhereAfterIt_isNot() throws Exception {
    byte[] delegation = open(holder, 3).delegation();
    long before = shown(holder);
    Ops write = new Ops().path("zone/f").write(delegation, 0, 2, new byte[1]);
    assertThat(holder.status(write)).isEqualTo(OK);
    assertThat(shown(holder)).isGreaterThan(before);
    gateway.zone().setattr(Caller.SYSTEM, file(), SetAttributes.size(9L));
    gateway.zone().changedElsewhere(file());
    assertThat(recalled()).isEqualTo(delegation);
    long held = shown(holder);
    assertThat(giveBack(delegation)).isEqualTo(OK);
    assertThat(shown(holder)).isGreaterThan(held);
  }

  private static long shown(Nfs4Client client) throws Exception {
    return client.run(new Ops().path("zone/f").attributes(3)).skip(24, 15, 15).attributes().int64();
  }

  @Test
  void holder_thatNeverAnswers_holdsNobodyUpForMoreThanALease() throws Exception {
    callbacks.fallSilent();
    byte[] delegation = open(holder, 1).delegation();
    assertThat(opening(3)).isEqualTo(DELAY);
    gateway.pass(GatewayFixture.LEASE.minusSeconds(1));
    assertThat(holder.status(new Ops().root())).isEqualTo(OK);
    assertThat(opening(3)).isEqualTo(DELAY);
    gateway.pass(Duration.ofSeconds(2));
    assertThat(holder.status(new Ops().root())).isEqualTo(OK);
    assertThat(opening(3)).isEqualTo(OK);
    assertThat(holder.status(new Ops().path("zone/f").read(delegation, 0, 1))).isEqualTo(REVOKED);
    XdrReader tested = holder.run(new Ops().test(delegation)).expect(55);
    tested.int32();
    assertThat(tested.int32()).isEqualTo(REVOKED);
    assertThat(holder.status(new Ops().free(delegation))).isEqualTo(OK);
    assertThat(giveBack(delegation)).isEqualTo(BAD_STATEID);
  }

  @Test
  void holder_thatIsGone_holdsNobodyUpOnceItsLeaseIsOver() throws Exception {
    open(holder, 1);
    holder.close();
    assertThat(opening(3)).isEqualTo(DELAY);
    gateway.pass(GatewayFixture.LEASE.plusSeconds(1));
    assertThat(other.status(new Ops().root())).isEqualTo(OK);
    assertThat(opening(3)).isEqualTo(OK);
  }

  @Test
  void holder_whoDoesNotKnowItYet_isToldAgain() throws Exception {
    callbacks.answer(BAD_STATEID);
    byte[] delegation = open(holder, 1).delegation();
    assertThat(opening(3)).isEqualTo(DELAY);
    assertThat(recalled()).isEqualTo(delegation);
    callbacks.answer(OK);
    assertThat(recalled()).isEqualTo(delegation);
  }

  @Test
  void holder_whoseConnectionBroke_isToldOverTheNextOne() throws Exception {
    byte[] delegation = open(holder, 1).delegation();
    holder.close();
    assertThat(opening(3)).isEqualTo(DELAY);
    try (RpcConnection next = gateway.connection()) {
      next.serve(callbacks::call);
      Ops bind = new Ops();
      bind.op(41).fixed(holder.session()).int32(3).bool(false);
      assertThat(Nfs4Client.send(next, 2, bind).status()).isEqualTo(OK);
      assertThat(recalled()).isEqualTo(delegation);
    }
  }

  @Test
  void delegationToWrite_isCalledBackWhenAnotherOpens() throws Exception {
    Reply.Opening opened = open(holder, 3);
    assertThat(opened.kind()).isEqualTo(WRITE);
    byte[] one = {1};
    Ops write = new Ops().path("zone/f").write(opened.delegation(), 0, 2, one);
    assertThat(holder.status(write)).isEqualTo(OK);
    assertThat(opening(1)).isEqualTo(DELAY);
    assertThat(recalled()).isEqualTo(opened.delegation());
    Ops late = new Ops().path("zone/f").openDelegated("q", opened.delegation(), 3);
    assertThat(holder.status(late)).isEqualTo(OK);
  }

  @Test
  void openUnderADelegation_forMoreThanItGives_isRefused() throws Exception {
    byte[] delegation = open(holder, 1).delegation();
    Ops more = new Ops().path("zone/f").openDelegated("q", delegation, 3);
    assertThat(holder.status(more)).isEqualTo(OPENMODE);
  }

  @Test
  void attributes_ofAFileThatAnotherMayWrite_areAskedFromThatOne() throws Exception {
    byte[] delegation = open(holder, 3).delegation();
    long change = gateway.zone().getattr(Caller.SYSTEM, file()).change();
    callbacks.tell(change, 0);
    assertThat(changeAndSize()).containsExactly(change, 0);
    callbacks.tell(change + 1, 77);
    long[] told = changeAndSize();
    assertThat(told[0]).isGreaterThan(change);
    assertThat(told[1]).isEqualTo(77);
    assertThat(changeAndSize()).isEqualTo(told);
    assertThat(giveBack(delegation)).isEqualTo(OK);
  }

  private long[] changeAndSize() throws Exception {
    Reply reply = other.run(new Ops().path("zone/f").attributes(3, 4));
    XdrReader values = reply.skip(24, 15, 15).attributes();
    return new long[] {values.int64(), values.int64()};
  }

  @Test
  void delegation_isReclaimedAfterARestart() throws Exception {
    open(holder, 1);
    byte[] handle = holder.run(new Ops().path("zone/f").getHandle()).skip(24, 15, 15).handle();
    gateway.restart();
    Nfs4Client back = gateway.returning("holder", callbacks);
    Reply reply = back.run(new Ops().handle(handle).reclaim("p", 1, READ));
    assertThat(reply.skip(22).opening().kind()).isEqualTo(READ);
  }

  @Test
  void end_ofTheHolder_leavesNothingOpen() throws Exception {
    open(holder, 1);
    gateway.client("holder", 2, 0);
    await().untilAsserted(() -> assertThat(gateway.zone().opens()).isZero());
    assertThat(opening(3)).isEqualTo(OK);
  }
}
