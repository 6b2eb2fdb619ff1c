// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.net.InetAddress;
import java.util.UUID;
import org.grapevinefs.nfsgateway.Export;
import org.grapevinefs.nfsgateway.rpc.Call;
import org.grapevinefs.nfsgateway.rpc.Credential;
import org.grapevinefs.nfsgateway.rpc.ReplyCache;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.ZoneException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One COMPOUND on its way through: its operations run one after the other until one fails, sharing
 * a current and a saved file handle and stateid (RFC 8881, section 16.2).
 */
final class Compound {

  private static final Logger LOG = LoggerFactory.getLogger(Compound.class);
  private static final int MAX_TAG = 1024;
  private static final int REPLY_ROOM = 512;

  /** Clients of minor version 0 were told no number of operations: they get some more. */
  private static final int MOST_AT_ONCE = 2;

  private final Engine engine;
  private final Call call;
  private final int minor;
  private final int operations;
  private final int requestSize;
  private int index;
  private boolean once;
  private Session.@Nullable Slot slot;
  private @Nullable Session session;
  private Client named = Client.NOBODY;
  private byte @Nullable [] replay;
  private int maxReply;
  private @Nullable Target current;
  private @Nullable Target saved;
  private @Nullable Stateid currentStateid;
  private @Nullable Stateid savedStateid;
  private @Nullable UUID callerOf;
  private @Nullable Caller caller;
  private @Nullable OwnerSequence sequence;

  private Compound(Engine engine, Call call, int minor, int operations, int requestSize) {
    this.engine = engine;
    this.call = call;
    this.minor = minor;
    this.operations = operations;
    this.requestSize = requestSize;
    this.maxReply = engine.limits().maxMessage();
  }

  /**
   * Answers a whole compound.
   *
   * @throws BadXdrException if not even its head can be read
   */
  static XdrWriter answer(Engine engine, Call call, XdrReader in) throws BadXdrException {
    XdrReader head = in.copy();
    head.view(MAX_TAG);
    if (head.int32() != 0) {
      return begin(engine, call, in).reply();
    }
    return engine.replies().once(call, in, () -> begin(engine, call, in));
  }

  private static ReplyCache.Answer begin(Engine engine, Call call, XdrReader in)
      throws BadXdrException {
    int size = in.remaining();
    byte[] tag = in.opaque(MAX_TAG);
    int minor = in.int32();
    int operations = in.int32();
    XdrWriter out = new XdrWriter(REPLY_ROOM);
    out.int32(0).opaque(tag);
    int countMark = out.mark();
    out.int32(0);
    if (!OperationTable.serves(minor)) {
      out.patch(0, NfsStatus.MINOR_VERS_MISMATCH.code());
      return new ReplyCache.Answer(out, false);
    }
    int most = MOST_AT_ONCE * engine.limits().maxOperations();
    if (minor == 0 && Integer.compareUnsigned(operations, most) > 0) {
      out.patch(0, NfsStatus.RESOURCE.code());
      return new ReplyCache.Answer(out, false);
    }
    Compound compound = new Compound(engine, call, minor, operations, size);
    XdrWriter reply = compound.run(in, out, countMark);
    return new ReplyCache.Answer(reply, compound.once);
  }

  private XdrWriter run(XdrReader in, XdrWriter out, int countMark) {
    NfsStatus status = NfsStatus.OK;
    try {
      while (Integer.compareUnsigned(index, operations) < 0) {
        status = step(in, out);
        index++;
        if (status != NfsStatus.OK || replay != null) {
          break;
        }
      }
      if (replay != null) {
        return replayed(replay);
      }
      out.patch(0, status.code());
      out.patch(countMark, index);
      return out;
    } finally {
      if (slot != null && replay == null) {
        slot.finish(out);
      }
    }
  }

  private static XdrWriter replayed(byte[] reply) {
    XdrWriter again = new XdrWriter(reply.length);
    again.fixed(reply);
    return again;
  }

  private NfsStatus step(XdrReader in, XdrWriter out) {
    int start = out.mark();
    Op op = null;
    NfsStatus status;
    out.int32(Op.ILLEGAL).int32(0);
    int body = out.mark();
    try {
      int number = in.int32();
      op = Op.of(number, minor);
      if (op == null) {
        status = NfsStatus.OP_ILLEGAL;
      } else {
        out.patch(start, number);
        engine.counters().count(op);
        once |= actsOnce(op);
        status = run(op, in, out);
        if (out.size() > maxReply) {
          out.rewind(body);
          status =
              slot != null && slot.mustCache()
                  ? NfsStatus.REP_TOO_BIG_TO_CACHE
                  : NfsStatus.REP_TOO_BIG;
        }
      }
    } catch (BadXdrException e) {
      status = NfsStatus.BADXDR;
      out.rewind(body);
    } catch (NfsException e) {
      status = e.status();
      out.rewind(body);
    } catch (ZoneException e) {
      status = NfsStatus.of(e.error());
      out.rewind(body);
    } catch (RuntimeException | Error e) {
      LOG.error("{} failed unexpectedly: {}", op, e.toString(), e);
      status = NfsStatus.SERVERFAULT;
      out.rewind(body);
    }
    if (status == NfsStatus.WRONG_TYPE && minor == 0) {
      status = op == Op.OPEN ? NfsStatus.SYMLINK : NfsStatus.INVAL;
    }
    if (status != NfsStatus.OK) {
      engine.counters().countFailure();
      if (op == Op.SETATTR && out.mark() == body) {
        Bitmap.EMPTY.encode(out);
      }
    }
    out.patch(start + 4, status.code());
    return status;
  }

  /** Whether doing it twice is not the same as doing it once. */
  private static boolean actsOnce(Op op) {
    return switch (op) {
      case CREATE, LINK, OPEN, REMOVE, RENAME, SETATTR -> true;
      default -> false;
    };
  }

  private NfsStatus run(Op op, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException, BadXdrException {
    if (minor > 0 && slot == null && index == 0) {
      switch (op) {
        case SEQUENCE -> {}
        case EXCHANGE_ID,
            CREATE_SESSION,
            DESTROY_SESSION,
            DESTROY_CLIENTID,
            BIND_CONN_TO_SESSION -> {
          if (operations != 1) {
            throw new NfsException(NfsStatus.NOT_ONLY_OP);
          }
        }
        default -> throw new NfsException(NfsStatus.OP_NOT_IN_SESSION);
      }
    }
    Operation operation = OperationTable.find(minor, op);
    if (operation == null) {
      throw new NfsException(NfsStatus.NOTSUPP);
    }
    return operation.run(this, in, out);
  }

  // The session

  /** Takes the slot that SEQUENCE won. */
  void enter(Session inSession, Session.Slot won) {
    session = inSession;
    slot = won;
    maxReply =
        won.mustCache()
            ? Math.min(inSession.maxResponse(), inSession.maxCached())
            : inSession.maxResponse();
  }

  /** Answers with an earlier reply instead of going on. */
  void replay(byte[] reply) {
    replay = reply;
  }

  boolean isFirst() {
    return index == 0;
  }

  boolean isLast() {
    return index == operations - 1;
  }

  int operations() {
    return operations;
  }

  int requestSize() {
    return requestSize;
  }

  /** Bytes that the reply may still grow by. */
  int room(XdrWriter out) {
    return maxReply - out.size();
  }

  Session session() throws NfsException {
    if (session == null) {
      throw new NfsException(NfsStatus.OP_NOT_IN_SESSION);
    }
    return session;
  }

  /** The session, if there is one. */
  @Nullable Session sessionOrNull() {
    return session;
  }

  /** Whose state is meant: the session's client, or in minor version 0 the one named last. */
  Client stateOwner() throws NfsException {
    return minor > 0 ? session().client() : named;
  }

  /** The client whose compound this is, as far as it is known. */
  Client asker() {
    return session != null ? session.client() : named;
  }

  /**
   * Names the client in an operation of minor version 0; later versions have the session for that.
   */
  void actFor(long id) throws NfsException {
    if (minor == 0) {
      named = engine.state().renewed(id);
    }
  }

  /** Sets the place of the owner whose numbered request is worked on. */
  void sequence(@Nullable OwnerSequence of) {
    sequence = of;
  }

  /** The place of the owner whose numbered request is worked on; null in later versions. */
  @Nullable OwnerSequence sequence() {
    return sequence;
  }

  // Who and where

  Engine engine() {
    return engine;
  }

  int minor() {
    return minor;
  }

  Call call() {
    return call;
  }

  Credential credential() {
    return call.credential();
  }

  InetAddress client() {
    return call.client();
  }

  /** The caller as an export sees them, after squashing. */
  Caller caller(Export export) {
    Caller known = caller;
    if (known == null || !export.zone().equals(callerOf)) {
      known = export.caller(credential(), client());
      caller = known;
      callerOf = export.zone();
    }
    return known;
  }

  Caller caller(Target.InZone file) {
    return caller(file.export());
  }

  // File handles and stateids

  Target current() throws NfsException {
    if (current == null) {
      throw new NfsException(NfsStatus.NOFILEHANDLE);
    }
    return current;
  }

  /** The current file, if there is one. */
  @Nullable Target currentOrNull() {
    return current;
  }

  Target saved() throws NfsException {
    if (saved == null) {
      throw new NfsException(NfsStatus.NOFILEHANDLE);
    }
    return saved;
  }

  /** The current file, which must lie in a zone; over the zones nothing can be changed. */
  Target.InZone file() throws NfsException {
    return inZone(current());
  }

  /** The saved file, which must lie in a zone. */
  Target.InZone savedFile() throws NfsException {
    return inZone(saved());
  }

  private static Target.InZone inZone(Target target) throws NfsException {
    return switch (target) {
      case Target.InZone in -> in;
      case Target.PseudoRoot root -> throw new NfsException(NfsStatus.ROFS);
    };
  }

  void setCurrent(Target target) {
    current = target;
    currentStateid = null;
  }

  void clearCurrent() {
    current = null;
    currentStateid = null;
  }

  void setCurrentStateid(Stateid stateid) {
    currentStateid = stateid;
  }

  /**
   * The stateid itself, or the current one if that is what it stands for (RFC 8881, section
   * 16.2.3.1.2).
   */
  Stateid resolve(Stateid stateid) throws NfsException {
    if (minor == 0 && !stateid.isSpecial()) {
      named = engine.state().holder(stateid);
      return stateid;
    }
    if (!stateid.isCurrent()) {
      return stateid;
    }
    if (currentStateid == null) {
      throw new NfsException(NfsStatus.BAD_STATEID);
    }
    return currentStateid;
  }

  /** As {@link #resolve}, for the saved handle's stateid. */
  Stateid resolveSaved(Stateid stateid) throws NfsException {
    if (!stateid.isCurrent()) {
      return stateid;
    }
    if (savedStateid == null) {
      throw new NfsException(NfsStatus.BAD_STATEID);
    }
    return savedStateid;
  }

  void save() throws NfsException {
    saved = current();
    savedStateid = currentStateid;
  }

  void restore() throws NfsException {
    if (saved == null) {
      throw new NfsException(NfsStatus.RESTOREFH);
    }
    current = saved;
    currentStateid = savedStateid;
  }
}
