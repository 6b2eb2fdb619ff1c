// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.fs.CreateMode;
import org.jspecify.annotations.Nullable;

/**
 * What OPEN is given (RFC 8881, section 18.16.1).
 *
 * @param client the client's number, which counts in 4.0 only
 * @param access wanted access: 1 read, 2 write
 * @param deny access denied to others
 * @param wish which delegation is wanted, from 4.1 on; 0: nothing was said of it
 * @param owner who opens
 * @param create how to create, if at all
 * @param wanted attributes for a file that is created
 * @param claim which file
 */
record OpenArguments(
    long client,
    int access,
    int deny,
    int wish,
    Opaque owner,
    @Nullable CreateMode create,
    AttributeDecoder.Wanted wanted,
    Claim claim) {

  private static final int MAX_OWNER = 1024;

  /** The wish for no delegation. */
  static final int NO_DELEGATION_WANTED = 0x400;

  /** All hints, those of RFC 9754 too: what is not understood is not heeded. */
  static final int WANT_MASK = 0x33ff00;

  private static final int DELEGATION_MASK = 0xff00;

  /** Which file. */
  sealed interface Claim {
    /** By name in the current directory. */
    record Named(EntryName name) implements Claim {}

    /** The current file. */
    record Current() implements Claim {}

    /** The current file, open before the server restarted, with a delegation: 1 read, 2 write. */
    record Previous(int delegation) implements Claim {}

    /** By a delegation that the client holds; no name: the current file. */
    record Delegated(Stateid delegation, @Nullable EntryName name) implements Claim {}

    /** By a delegation from before the client restarted, which none outlives. */
    record DelegatedBefore() implements Claim {}
  }

  private record How(@Nullable CreateMode mode, AttributeDecoder.Wanted wanted) {}

  static OpenArguments decode(XdrReader in, int minor) throws BadXdrException, NfsException {
    in.int32();
    int access = in.int32();
    int deny = in.int32();
    long client = in.int64();
    Opaque owner = new Opaque(in.opaque(MAX_OWNER));
    How how = how(in, minor);
    Claim claim = claim(in);
    int wish = minor > 0 ? access & DELEGATION_MASK : 0;
    if (minor > 0) {
      access &= ~WANT_MASK;
    }
    if (!FileStates.isAccess(access) || deny < 0 || deny > 3) {
      throw new NfsException(NfsStatus.INVAL);
    }
    return new OpenArguments(client, access, deny, wish, owner, how.mode(), how.wanted(), claim);
  }

  private static How how(XdrReader in, int minor) throws BadXdrException, NfsException {
    int type = in.int32();
    if (type == 0) {
      return new How(null, AttributeDecoder.Wanted.NOTHING);
    }
    if (type != 1) {
      throw new BadXdrException("neither open nor create");
    }
    int mode = in.int32();
    return switch (mode) {
      case 0, 1 -> {
        CreateMode how = mode == 0 ? new CreateMode.Unchecked() : new CreateMode.Guarded();
        yield new How(how, AttributeDecoder.decode(in, minor));
      }
      case 2 -> new How(new CreateMode.Exclusive(in.int64()), AttributeDecoder.Wanted.NOTHING);
      case 3 -> {
        long verifier = in.int64();
        yield new How(new CreateMode.Exclusive(verifier), AttributeDecoder.decode(in, minor));
      }
      default -> throw new BadXdrException("no such way to create");
    };
  }

  private static Claim claim(XdrReader in) throws BadXdrException, NfsException {
    return switch (in.int32()) {
      case 0 -> new Claim.Named(Names.decode(in));
      case 1 -> {
        yield new Claim.Previous(in.int32());
      }
      case 2 -> {
        Stateid delegation = Stateid.decode(in);
        yield new Claim.Delegated(delegation, Names.decode(in));
      }
      case 3 -> {
        Names.decode(in);
        yield new Claim.DelegatedBefore();
      }
      case 4 -> new Claim.Current();
      case 5 -> new Claim.Delegated(Stateid.decode(in), null);
      case 6 -> new Claim.DelegatedBefore();
      default -> throw new BadXdrException("no such claim");
    };
  }
}
