// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.util.Map;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.fs.Attributes;
import org.grapevinefs.replication.fs.ZoneException;

/**
 * Byte-range locks (RFC 8881, sections 18.10 to 18.12). A lock in the way is answered at once, wait
 * or not: clients that want to wait ask again.
 */
final class LockOperations {

  private static final int MAX_OWNER = 1024;
  private static final int READ = 1;
  private static final int WRITE = 2;
  private static final int WRITE_WAITING = 4;

  private LockOperations() {}

  static void addTo(Map<Op, Operation> table) {
    table.put(Op.LOCK, LockOperations::lock);
    table.put(Op.LOCKT, LockOperations::test);
    table.put(Op.LOCKU, LockOperations::unlock);
  }

  private static boolean exclusive(int type) throws NfsException {
    if (type < READ || type > WRITE_WAITING) {
      throw new NfsException(NfsStatus.INVAL);
    }
    return type == WRITE || type == WRITE_WAITING;
  }

  /** The last byte of a range; all ones if it never ends. */
  private static long last(long offset, long length) throws NfsException {
    if (length == 0) {
      throw new NfsException(NfsStatus.INVAL);
    }
    if (length == -1) {
      return -1;
    }
    long last = offset + length - 1;
    if (Long.compareUnsigned(last, offset) < 0) {
      throw new NfsException(NfsStatus.INVAL);
    }
    return last;
  }

  private static void encodeDenied(ByteRangeLocks.Range range, XdrWriter out) {
    out.int64(range.first()).int64(range.length());
    out.int32(range.exclusive() ? WRITE : READ);
    out.int64(range.owner().client()).opaque(range.owner().owner().bytes());
  }

  private static void requireRegular(Compound compound, Target.InZone file)
      throws NfsException, ZoneException {
    Attributes a = file.export().files().getattr(compound.caller(file), file.file());
    if (a.type() != FileType.REGULAR) {
      throw new NfsException(
          a.type() == FileType.DIRECTORY ? NfsStatus.ISDIR : NfsStatus.WRONG_TYPE);
    }
  }

  private static NfsStatus lock(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, BadXdrException {
    int type = in.int32();
    boolean reclaim = in.bool();
    long offset = in.int64();
    long length = in.int64();
    boolean anew = in.bool();
    Opaque owner = null;
    long named = 0;
    int lockNumber = 0;
    Stateid stateid;
    if (anew) {
      in.int32();
      stateid = Stateid.decode(in);
      lockNumber = in.int32();
      named = in.int64();
      owner = new Opaque(in.opaque(MAX_OWNER));
    } else {
      stateid = Stateid.decode(in);
      in.int32();
    }
    FileStates.Wish wish = new FileStates.Wish(offset, last(offset, length), exclusive(type));
    Stateid of = compound.resolve(stateid);
    FileStates files = compound.engine().state().files();
    Client client = compound.stateOwner();
    if (compound.minor() == 0 && owner != null && named != client.id()) {
      throw new NfsException(NfsStatus.STALE_CLIENTID);
    }
    Target.InZone file = compound.file();
    FileStates.Outcome outcome =
        owner != null
            ? files.lockAnew(client, of, file, owner, wish, reclaim)
            : files.lockMore(client, of, file, wish, reclaim);
    ByteRangeLocks.Range conflict = outcome.conflict();
    if (conflict != null) {
      encodeDenied(conflict, out);
      return NfsStatus.DENIED;
    }
    Stateid granted = outcome.stateid();
    if (granted == null) {
      throw new IllegalStateException("neither granted nor denied");
    }
    if (compound.minor() == 0 && owner != null) {
      client.sequences.of(owner, true).answered(lockNumber, NfsStatus.OK, null, null);
    }
    compound.setCurrentStateid(granted);
    granted.encode(out);
    return NfsStatus.OK;
  }

  private static NfsStatus test(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException, BadXdrException {
    int type = in.int32();
    long offset = in.int64();
    long length = in.int64();
    compound.actFor(in.int64());
    Opaque owner = new Opaque(in.opaque(MAX_OWNER));
    FileStates.Wish wish = new FileStates.Wish(offset, last(offset, length), exclusive(type));
    Target.InZone file = compound.file();
    requireRegular(compound, file);
    ByteRangeLocks.Range conflict =
        compound.engine().state().files().test(compound.stateOwner(), file, owner, wish);
    if (conflict != null) {
      encodeDenied(conflict, out);
      return NfsStatus.DENIED;
    }
    return NfsStatus.OK;
  }

  private static NfsStatus unlock(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, BadXdrException {
    exclusive(in.int32());
    in.int32();
    Stateid stateid = compound.resolve(Stateid.decode(in));
    long offset = in.int64();
    long length = in.int64();
    Stateid after =
        compound
            .engine()
            .state()
            .files()
            .unlock(compound.stateOwner(), stateid, compound.file(), offset, last(offset, length));
    compound.setCurrentStateid(after);
    after.encode(out);
    return NfsStatus.OK;
  }
}
