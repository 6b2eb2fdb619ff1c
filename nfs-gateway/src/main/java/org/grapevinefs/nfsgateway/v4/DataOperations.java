// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.nio.ByteBuffer;
import java.util.Map;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.ReadResult;
import org.grapevinefs.replication.fs.Stability;
import org.grapevinefs.replication.fs.WriteResult;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.fs.ZoneFileSystem;

/** File contents (RFC 8881, sections 18.3, 18.22 and 18.32). */
final class DataOperations {

  private static final int READ_HEAD = 8;

  private DataOperations() {}

  static void addTo(Map<Op, Operation> table) {
    table.put(Op.READ, DataOperations::read);
    table.put(Op.WRITE, DataOperations::write);
    table.put(Op.COMMIT, DataOperations::commit);
  }

  /** The caller, with the right proved at open if the stateid stands for an open. */
  static Caller caller(Compound compound, Target.InZone file, Stateid stateid, boolean write)
      throws NfsException {
    Caller caller = compound.caller(file);
    boolean opened =
        compound.engine().state().files().mayTouch(compound.stateOwner(), stateid, file, write);
    return opened ? caller.throughOpen() : caller;
  }

  /**
   * As {@link #caller}, but what one user proved at open is not another's right. Linux reads and
   * writes as the one who opened the file, whoever has the descriptor now. Not so where it
   * allocates, seeks, copies and clones: there it names the process that asks.
   */
  private static Caller opener(
      Compound compound, Target.InZone file, Stateid stateid, boolean write) throws NfsException {
    Caller proved = caller(compound, file, stateid, write);
    boolean own =
        stateid.isSpecial()
            || compound
                .engine()
                .state()
                .files()
                .belongsTo(compound.stateOwner(), stateid, SessionOperations.principal(compound));
    return own ? proved : compound.caller(file);
  }

  private static Target.InZone dataFile(Compound compound) throws NfsException {
    return switch (compound.current()) {
      case Target.PseudoRoot root -> throw new NfsException(NfsStatus.ISDIR);
      case Target.InZone file -> file;
    };
  }

  private static NfsStatus read(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException, BadXdrException {
    Stateid stateid = compound.resolve(Stateid.decode(in));
    long offset = in.int64();
    int count = in.int32();
    Target.InZone file = dataFile(compound);
    Caller caller = opener(compound, file, stateid, false);
    int room = Math.min(compound.engine().limits().maxIo(), (compound.room(out) & ~3) - READ_HEAD);
    int length = count < 0 ? room : Math.min(count, room);
    long from = offset < 0 ? ZoneFileSystem.MAX_FILE_SIZE : offset;
    ByteBuffer into = compound.engine().buffers().take(Math.max(0, length));
    ReadResult result = file.export().files().read(caller, file.file(), from, into);
    out.bool(result.end()).payload(result.data());
    out.whenSent(() -> compound.engine().buffers().give(into));
    return NfsStatus.OK;
  }

  static void requirePossible(long offset, long length) throws NfsException {
    if (offset < 0 || length < 0) {
      throw new NfsException(NfsStatus.FBIG);
    }
    if (offset > ZoneFileSystem.MAX_FILE_SIZE - length) {
      throw new NfsException(NfsStatus.FBIG);
    }
  }

  private static Stability stability(int number) throws BadXdrException {
    return switch (number) {
      case 0 -> Stability.UNSTABLE;
      case 1 -> Stability.DATA_SYNC;
      case 2 -> Stability.FILE_SYNC;
      default -> throw new BadXdrException("no such stability");
    };
  }

  static int number(Stability stability) {
    return switch (stability) {
      case UNSTABLE -> 0;
      case DATA_SYNC -> 1;
      case FILE_SYNC -> 2;
    };
  }

  private static NfsStatus write(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException, BadXdrException {
    Stateid stateid = compound.resolve(Stateid.decode(in));
    long offset = in.int64();
    Stability wanted = stability(in.int32());
    ByteBuffer data = in.view(compound.engine().limits().maxMessage());
    Target.InZone file = dataFile(compound);
    Caller caller = opener(compound, file, stateid, true);
    requirePossible(offset, data.remaining());
    WriteResult result = file.export().files().write(caller, file.file(), offset, data, wanted);
    out.int32(result.count()).int32(number(result.stability())).int64(result.verifier());
    return NfsStatus.OK;
  }

  private static NfsStatus commit(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException, BadXdrException {
    long offset = in.int64();
    int count = in.int32();
    Target.InZone file = dataFile(compound);
    if (offset < 0) {
      throw new NfsException(NfsStatus.INVAL);
    }
    // A count of 0 means to the end of the file; what a client wrote, it may bring to disk.
    long length = Integer.toUnsignedLong(count);
    long verifier =
        file.export()
            .files()
            .commit(compound.caller(file).throughOpen(), file.file(), offset, length);
    out.int64(verifier);
    return NfsStatus.OK;
  }
}
