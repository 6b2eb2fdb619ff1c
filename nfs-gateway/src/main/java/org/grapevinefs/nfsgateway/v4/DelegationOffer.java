// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.grapevinefs.replication.fs.ZoneException;
import org.jspecify.annotations.Nullable;

/**
 * What OPEN says of delegations. One who asks for one gets it if nobody else is in the way; one who
 * says nothing gets one of a file that was there before, for one just made will be written or never
 * read again.
 *
 * @param arguments what OPEN was given
 * @param made whether the file may be new
 * @param unconfirmed whether the owner has yet to confirm itself
 */
record DelegationOffer(OpenArguments arguments, boolean made, boolean unconfirmed) {

  private static final int NONE = 0;
  private static final int READ = 1;
  private static final int WRITE = 2;
  private static final int NONE_EXT = 3;
  private static final int NOT_WANTED = 0;
  private static final int CONTENTION = 1;
  private static final int CANCELLED = 7;
  private static final int LIMIT_BY_SIZE = 1;

  private static final int WANT_READ = 0x100;
  private static final int WANT_WRITE = 0x200;
  private static final int WANT_ANY = 0x300;
  private static final int WANT_CANCEL = 0x500;

  /** One who did not show a right to read gets none unasked: it would read all the same. */
  private static final int WRITE_ONLY = 2;

  /** Which kind to give, at best. */
  private int kind() {
    int best = (arguments.access() & 2) != 0 ? WRITE : READ;
    return switch (arguments.claim()) {
      case OpenArguments.Claim.Delegated delegated -> NONE;
      case OpenArguments.Claim.DelegatedBefore before -> NONE;
      case OpenArguments.Claim.Previous previous -> previous.delegation() == best ? best : NONE;
      case OpenArguments.Claim.Named named -> wished(best);
      case OpenArguments.Claim.Current current -> wished(best);
    };
  }

  private int wished(int best) {
    return switch (arguments.wish()) {
      case 0 -> made || arguments.access() == WRITE_ONLY ? NONE : best;
      case WANT_READ -> best == READ ? READ : NONE;
      case WANT_WRITE -> best == WRITE ? WRITE : NONE;
      case WANT_ANY -> best;
      default -> NONE;
    };
  }

  /** Writes an open_delegation4. */
  void encode(Client client, Target.InZone file, StateTable state, XdrWriter out)
      throws NfsException, ZoneException {
    State.Delegation given = unconfirmed ? null : given(client, file, state);
    if (given == null) {
      encodeNone(out);
      return;
    }
    out.int32(given.write ? WRITE : READ);
    given.stateid().encode(out);
    out.bool(false);
    if (given.write) {
      // What is closed is to be here, and over the quota is to be refused, so nothing may be kept.
      out.int32(LIMIT_BY_SIZE).int64(0);
    }
    // Nobody is let in by this entry: the client is to ask for each user's rights.
    out.int32(0).int32(0).int32(0).opaque(new byte[0]);
  }

  private State.@Nullable Delegation given(Client client, Target.InZone file, StateTable state)
      throws NfsException, ZoneException {
    int kind = kind();
    if (kind == NONE) {
      return null;
    }
    return state.delegations().give(client, file, kind == WRITE);
  }

  /** One who spoke of delegations is told why there is none (RFC 8881, section 18.16.3). */
  private void encodeNone(XdrWriter out) {
    int wish = arguments.wish();
    if (wish == 0) {
      out.int32(NONE);
    } else if (wish == OpenArguments.NO_DELEGATION_WANTED) {
      out.int32(NONE_EXT).int32(NOT_WANTED);
    } else if (wish == WANT_CANCEL) {
      out.int32(NONE_EXT).int32(CANCELLED);
    } else {
      out.int32(NONE_EXT).int32(CONTENTION).bool(false);
    }
  }
}
