// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.util.Map;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.grapevinefs.replication.fs.ZoneException;
import org.jspecify.annotations.Nullable;

/**
 * An operation of minor version 0 whose requests are numbered by their owner (RFC 7530, section
 * 9.1.7): the next number runs, the last one gets the last answer again, any other is refused.
 */
final class Sequenced implements Operation {

  private static final int MAX_OWNER = 1024;

  private final Op op;
  private final Operation plain;

  /** What an operation's arguments say of its place; owner null: to be found by the stateid. */
  private record Place(int number, long client, @Nullable Opaque owner, Stateid stateid) {}

  private Sequenced(Op op, Operation plain) {
    this.op = op;
    this.plain = plain;
  }

  /** Puts the numbering around the operations of a table that have it. */
  static void wrap(Map<Op, Operation> table) {
    for (Op op :
        new Op[] {Op.OPEN, Op.OPEN_CONFIRM, Op.OPEN_DOWNGRADE, Op.CLOSE, Op.LOCK, Op.LOCKU}) {
      table.computeIfPresent(op, Sequenced::new);
    }
  }

  @Override
  public NfsStatus run(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException, BadXdrException {
    Place place = place(in.copy());
    OwnerSequence sequence = sequence(compound, place);
    sequence.lock.lock();
    try {
      if (sequence.begun && place.number == sequence.last && sequence.answer != null) {
        return again(compound, sequence, in, out);
      }
      boolean anew = op == Op.OPEN && !sequence.confirmed;
      if (sequence.begun && !anew && place.number != next(sequence.last)) {
        throw new NfsException(NfsStatus.BAD_SEQID);
      }
      compound.sequence(sequence);
      return counted(compound, sequence, place, in, out);
    } finally {
      compound.sequence(null);
      sequence.lock.unlock();
    }
  }

  private static int next(int number) {
    return number == -1 ? 1 : number + 1;
  }

  private NfsStatus again(Compound compound, OwnerSequence sequence, XdrReader in, XdrWriter out)
      throws BadXdrException, NfsException {
    skip(in);
    byte[] answer = sequence.answer;
    if (answer != null) {
      out.fixed(answer);
    }
    Target after = sequence.current;
    if (after != null) {
      compound.setCurrent(after);
    }
    return sequence.status;
  }

  private NfsStatus counted(
      Compound compound, OwnerSequence sequence, Place place, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException, BadXdrException {
    int body = out.mark();
    try {
      NfsStatus status = plain.run(compound, in, out);
      byte[] answer = out.copySince(body);
      sequence.answered(place.number, status, answer, compound.currentOrNull());
      if (op == Op.CLOSE) {
        sequence.closed = place.stateid.number();
      }
      return status;
    } catch (NfsException e) {
      if (counts(e.status())) {
        sequence.answered(place.number, e.status(), new byte[0], null);
      }
      throw e;
    } catch (ZoneException e) {
      sequence.answered(place.number, NfsStatus.of(e.error()), new byte[0], null);
      throw e;
    }
  }

  /** Whether a refusal uses its number up. */
  private static boolean counts(NfsStatus status) {
    return switch (status) {
      case STALE_CLIENTID, STALE_STATEID, BAD_STATEID, BAD_SEQID, BADXDR, RESOURCE, NOFILEHANDLE ->
          false;
      default -> true;
    };
  }

  private OwnerSequence sequence(Compound compound, Place place) throws NfsException {
    StateTable state = compound.engine().state();
    if (place.owner != null) {
      return state.renewed(place.client).sequences.of(place.owner, op == Op.LOCK);
    }
    if (place.stateid.isSpecial()) {
      throw new NfsException(NfsStatus.BAD_STATEID);
    }
    Client client = state.holder(place.stateid);
    State held = state.files().named(client, place.stateid);
    return switch (held) {
      case State.Open open -> client.sequences.of(open.owner, false);
      case State.Lock lock -> client.sequences.of(lock.owner.owner(), true);
      case State.Delegation delegation -> throw new NfsException(NfsStatus.BAD_STATEID);
      case null -> {
        OwnerSequence closer = client.sequences.closer(place.stateid.number());
        if (closer == null) {
          throw new NfsException(NfsStatus.BAD_STATEID);
        }
        yield closer;
      }
    };
  }

  /** Reads past the arguments. */
  private void skip(XdrReader in) throws BadXdrException, NfsException {
    if (op == Op.OPEN) {
      OpenArguments.decode(in, 0);
      return;
    }
    place(in);
    switch (op) {
      case OPEN_DOWNGRADE -> in.int64();
      case LOCKU -> in.fixed(16);
      default -> {}
    }
  }

  private Place place(XdrReader in) throws BadXdrException {
    return switch (op) {
      case OPEN -> {
        int number = in.int32();
        in.int64();
        long client = in.int64();
        yield new Place(number, client, new Opaque(in.opaque(MAX_OWNER)), Stateid.ANONYMOUS);
      }
      case CLOSE -> {
        int number = in.int32();
        yield new Place(number, 0, null, Stateid.decode(in));
      }
      case LOCK -> lock(in);
      case LOCKU -> {
        in.int32();
        int number = in.int32();
        yield new Place(number, 0, null, Stateid.decode(in));
      }
      default -> {
        Stateid stateid = Stateid.decode(in);
        yield new Place(in.int32(), 0, null, stateid);
      }
    };
  }

  /** Of a lock owner's first lock the open owner's number counts, later its own. */
  private static Place lock(XdrReader in) throws BadXdrException {
    in.int32();
    in.bool();
    in.int64();
    in.int64();
    if (!in.bool()) {
      Stateid stateid = Stateid.decode(in);
      return new Place(in.int32(), 0, null, stateid);
    }
    int number = in.int32();
    Stateid stateid = Stateid.decode(in);
    in.int32();
    in.int64();
    in.opaque(MAX_OWNER);
    return new Place(number, 0, null, stateid);
  }
}
