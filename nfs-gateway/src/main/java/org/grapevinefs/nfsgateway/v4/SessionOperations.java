// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.util.Map;
import org.grapevinefs.nfsgateway.rpc.BackChannel;
import org.grapevinefs.nfsgateway.rpc.Credential;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;

/** Clients and sessions (RFC 8881, sections 18.33 to 18.37, 18.46, 18.50 and 18.51). */
final class SessionOperations {

  private static final int MAX_OWNER = 1024;
  private static final int SP4_NONE = 0;
  private static final int SP4_MACH_CRED = 1;
  private static final int USE_NON_PNFS = 0x0001_0000;
  private static final int UPDATE = 0x4000_0000;
  private static final int CONFIRMED = 0x8000_0000;
  private static final int EXCHANGE_FLAGS = UPDATE | 0x0007_0103;
  private static final int CREATE_FLAGS = 7;
  private static final int FORE = 1;
  private static final int BACK = 2;
  private static final int FORE_OR_BOTH = 3;
  private static final int BACK_OR_BOTH = 7;
  private static final int BACK_CHANNEL = 2;
  private static final int PATH_DOWN = 1;
  private static final int RECALLABLE_REVOKED = 0x40;

  private SessionOperations() {}

  static void addTo(Map<Op, Operation> table) {
    table.put(Op.EXCHANGE_ID, SessionOperations::exchangeId);
    table.put(Op.CREATE_SESSION, SessionOperations::createSession);
    table.put(Op.SEQUENCE, SessionOperations::sequence);
    table.put(Op.DESTROY_SESSION, SessionOperations::destroySession);
    table.put(Op.DESTROY_CLIENTID, SessionOperations::destroyClient);
    table.put(Op.BIND_CONN_TO_SESSION, SessionOperations::bind);
    table.put(Op.BACKCHANNEL_CTL, SessionOperations::backchannel);
    table.put(Op.RECLAIM_COMPLETE, SessionOperations::reclaimComplete);
  }

  static Client.Principal principal(Compound compound) {
    return new Client.Principal(compound.credential().flavor(), compound.credential().uid());
  }

  private static NfsStatus exchangeId(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, BadXdrException {
    long verifier = in.int64();
    Opaque owner = new Opaque(in.opaque(MAX_OWNER));
    int flags = in.int32();
    int protection = in.int32();
    if (protection == SP4_MACH_CRED) {
      Bitmap.decode(in);
      Bitmap.decode(in);
    } else if (protection != SP4_NONE) {
      throw new NfsException(NfsStatus.ENCR_ALG_UNSUPP);
    }
    skipImplementation(in);
    if ((flags & ~EXCHANGE_FLAGS) != 0) {
      throw new NfsException(NfsStatus.INVAL);
    }
    boolean update = (flags & UPDATE) != 0;
    StateTable.Exchanged got =
        compound
            .engine()
            .state()
            .exchangeId(owner, verifier, principal(compound), compound.client(), update);
    out.int64(got.client()).int32(got.sequence());
    out.int32(USE_NON_PNFS | (got.confirmed() ? CONFIRMED : 0));
    // Machine credentials say nothing without Kerberos, so protection by them is not granted.
    out.int32(SP4_NONE);
    byte[] server = compound.engine().serverName();
    out.int64(0).opaque(server).opaque(server);
    out.int32(0);
    return NfsStatus.OK;
  }

  private static void skipImplementation(XdrReader in) throws BadXdrException {
    if (in.length(1) == 1) {
      in.view(MAX_OWNER);
      in.view(MAX_OWNER);
      in.int64();
      in.int32();
    }
  }

  private static NfsStatus createSession(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, BadXdrException {
    long client = in.int64();
    int sequence = in.int32();
    int flags = in.int32();
    ChannelAttributes fore = ChannelAttributes.decode(in);
    ChannelAttributes back = ChannelAttributes.decode(in);
    int program = in.int32();
    BackChannel.Auth auth = callbackSecurity(in);
    if ((flags & ~CREATE_FLAGS) != 0) {
      throw new NfsException(NfsStatus.INVAL);
    }
    ChannelAttributes granted = fore.within(compound.engine().limits());
    if (granted.isTooSmall() || back.isTooSmallBack()) {
      throw new NfsException(NfsStatus.TOOSMALL);
    }
    ChannelAttributes grantedBack = back.within(compound.engine().limits());
    byte[] reply =
        compound
            .engine()
            .state()
            .createSession(
                client,
                sequence,
                principal(compound),
                granted,
                name -> CallbackPath.ofSession(compound.minor(), name, program, auth),
                (session, number) -> {
                  XdrWriter body = new XdrWriter(128);
                  encode(session.id(), body);
                  // The session does not persist; it has a back channel if it was asked for.
                  if ((flags & BACK_CHANNEL) != 0) {
                    session.back().bind(compound.call().back());
                  }
                  body.int32(number).int32(flags & BACK_CHANNEL);
                  session.granted().encode(body);
                  grantedBack.encode(body);
                  return body.toByteArray();
                });
    out.fixed(reply);
    return NfsStatus.OK;
  }

  /** The first way of callback security that there is here; GSS is not. */
  private static BackChannel.Auth callbackSecurity(XdrReader in) throws BadXdrException {
    int count = in.length(16);
    BackChannel.Auth chosen = null;
    for (int i = 0; i < count; i++) {
      BackChannel.Auth offered =
          switch (in.int32()) {
            case 0 -> BackChannel.Auth.NONE;
            case 1 -> systemAuth(in);
            case 6 -> {
              in.int32();
              in.view(MAX_OWNER);
              in.view(MAX_OWNER);
              yield null;
            }
            default -> throw new BadXdrException("no such callback security");
          };
      chosen = chosen == null ? offered : chosen;
    }
    return chosen == null ? BackChannel.Auth.NONE : chosen;
  }

  private static BackChannel.Auth systemAuth(XdrReader in) throws BadXdrException {
    XdrWriter body = new XdrWriter(128);
    body.int32(in.int32()).opaque(in.opaque(255)).int32(in.int32()).int32(in.int32());
    int groups = in.length(16);
    body.int32(groups).fixed(in.fixed(groups * 4));
    return new BackChannel.Auth(Credential.SYS, body.toByteArray());
  }

  private static Session.Id sessionId(XdrReader in) throws BadXdrException {
    return new Session.Id(in.int64(), in.int64());
  }

  private static void encode(Session.Id id, XdrWriter out) {
    out.int64(id.client()).int64(id.number());
  }

  private static NfsStatus sequence(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, BadXdrException {
    Session.Id id = sessionId(in);
    int sequence = in.int32();
    int slot = in.int32();
    in.int32();
    boolean cache = in.bool();
    if (!compound.isFirst()) {
      throw new NfsException(NfsStatus.SEQUENCE_POS);
    }
    Session session = compound.engine().state().session(id);
    if (Integer.compareUnsigned(compound.operations(), session.maxOperations()) > 0) {
      throw new NfsException(NfsStatus.TOO_MANY_OPS);
    }
    if (compound.requestSize() > session.maxRequest()) {
      throw new NfsException(NfsStatus.REQ_TOO_BIG);
    }
    switch (session.claim(slot, sequence, cache)) {
      case Session.Claim.Replay earlier -> compound.replay(earlier.reply());
      case Session.Claim.New fresh -> compound.enter(session, fresh.slot());
    }
    compound.engine().state().renew(session.client());
    encode(id, out);
    int highest = session.slots() - 1;
    out.int32(sequence).int32(slot).int32(highest).int32(highest);
    out.int32(flags(compound.engine().state(), session));
    return NfsStatus.OK;
  }

  /** What the client should know of its state (RFC 8881, section 18.46.3). */
  private static int flags(StateTable state, Session session) throws NfsException {
    Client client = session.client();
    state.delegations().revokeOverdue(client);
    int flags = client.revoked.isEmpty() ? 0 : RECALLABLE_REVOKED;
    if (client.delegations.get() > 0) {
      CallbackPath path = client.path();
      flags |= path == null || !path.isUp() ? PATH_DOWN : 0;
    }
    return flags;
  }

  private static NfsStatus destroySession(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, BadXdrException {
    Session.Id id = sessionId(in);
    Session mine = compound.sessionOrNull();
    if (mine != null && mine.id().equals(id) && !compound.isLast()) {
      throw new NfsException(NfsStatus.INVAL);
    }
    compound.engine().state().destroySession(id, mine);
    return NfsStatus.OK;
  }

  private static NfsStatus destroyClient(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, BadXdrException {
    compound.engine().state().destroyClient(in.int64());
    return NfsStatus.OK;
  }

  private static NfsStatus bind(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, BadXdrException {
    Session.Id id = sessionId(in);
    int direction = in.int32();
    in.bool();
    Session session = compound.engine().state().session(id);
    int granted =
        switch (direction) {
          case FORE -> FORE;
          case BACK -> BACK;
          case FORE_OR_BOTH, BACK_OR_BOTH -> FORE | BACK;
          default -> throw new NfsException(NfsStatus.INVAL);
        };
    if ((granted & BACK) != 0) {
      session.back().bind(compound.call().back());
    }
    encode(id, out);
    out.int32(granted).bool(false);
    return NfsStatus.OK;
  }

  private static NfsStatus backchannel(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, BadXdrException {
    int program = in.int32();
    BackChannel.Auth auth = callbackSecurity(in);
    compound.session().back().control(program, auth);
    return NfsStatus.OK;
  }

  private static NfsStatus reclaimComplete(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, BadXdrException {
    boolean oneFileSystem = in.bool();
    if (oneFileSystem) {
      // Zones never move between servers with their state, so there is nothing to complete for one
      // alone.
      compound.current();
      return NfsStatus.OK;
    }
    compound.engine().state().reclaimComplete(compound.stateOwner());
    return NfsStatus.OK;
  }
}
