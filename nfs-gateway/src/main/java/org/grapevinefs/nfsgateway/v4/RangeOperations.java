// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.util.Map;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.grapevinefs.replication.fs.Attributes;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.SeekKind;
import org.grapevinefs.replication.fs.ZoneError;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.fs.ZoneFileSystem;

/** Ranges of files in 4.2: room, holes and copies (RFC 7862, section 15). */
final class RangeOperations {

  /**
   * Bytes copied in one go, so that no call blocks for long; the client asks again for the rest.
   */
  private static final long MAX_COPY = 64L << 20;

  private static final int MAX_SOURCES = 64;

  private RangeOperations() {}

  static void addTo(Map<Op, Operation> table) {
    table.put(Op.ALLOCATE, RangeOperations::allocate);
    table.put(Op.DEALLOCATE, RangeOperations::deallocate);
    table.put(Op.SEEK, RangeOperations::seek);
    table.put(Op.COPY, RangeOperations::copy);
    table.put(Op.CLONE, RangeOperations::cloneRange);
    table.put(Op.IO_ADVISE, RangeOperations::advise);
  }

  private static NfsStatus allocate(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException, BadXdrException {
    Stateid stateid = compound.resolve(Stateid.decode(in));
    long offset = in.int64();
    long length = in.int64();
    Target.InZone file = compound.file();
    Caller caller = DataOperations.caller(compound, file, stateid, true);
    DataOperations.requirePossible(offset, length);
    file.export().files().allocate(caller, file.file(), offset, length);
    return NfsStatus.OK;
  }

  private static NfsStatus deallocate(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException, BadXdrException {
    Stateid stateid = compound.resolve(Stateid.decode(in));
    long offset = in.int64();
    long length = in.int64();
    Target.InZone file = compound.file();
    Caller caller = DataOperations.caller(compound, file, stateid, true);
    DataOperations.requirePossible(offset, length);
    file.export().files().deallocate(caller, file.file(), offset, length);
    return NfsStatus.OK;
  }

  private static NfsStatus seek(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException, BadXdrException {
    Stateid stateid = compound.resolve(Stateid.decode(in));
    long offset = in.int64();
    int what = in.int32();
    Target.InZone file = compound.file();
    Caller caller = DataOperations.caller(compound, file, stateid, false);
    if (what != 0 && what != 1) {
      throw new NfsException(NfsStatus.UNION_NOTSUPP);
    }
    ZoneFileSystem files = file.export().files();
    Attributes a = files.getattr(caller, file.file());
    if (offset < 0 || offset >= a.size()) {
      throw new NfsException(NfsStatus.NXIO);
    }
    try {
      long found =
          files.seek(caller, file.file(), offset, what == 0 ? SeekKind.DATA : SeekKind.HOLE);
      out.bool(what == 1 && found >= a.size()).int64(found);
    } catch (ZoneException e) {
      if (e.error() != ZoneError.NXIO) {
        throw e;
      }
      // Nothing of the kind to the end of the file (RFC 7862, section 15.11.3).
      out.bool(true).int64(a.size());
    }
    return NfsStatus.OK;
  }

  private static NfsStatus copy(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException, BadXdrException {
    Stateid source = compound.resolveSaved(Stateid.decode(in));
    Stateid destination = compound.resolve(Stateid.decode(in));
    long fromOffset = in.int64();
    long toOffset = in.int64();
    long length = in.int64();
    in.bool();
    in.bool();
    int sources = in.length(MAX_SOURCES);
    if (sources != 0) {
      throw new NfsException(NfsStatus.NOTSUPP);
    }
    Target.InZone from = compound.savedFile();
    Target.InZone to = compound.file();
    if (!from.export().zone().equals(to.export().zone())) {
      throw new NfsException(NfsStatus.XDEV);
    }
    DataOperations.caller(compound, from, source, false);
    Caller caller = DataOperations.caller(compound, to, destination, true);
    DataOperations.requirePossible(fromOffset, length);
    DataOperations.requirePossible(toOffset, length);
    ZoneFileSystem files = to.export().files();
    long wanted = length;
    if (wanted == 0) {
      wanted = Math.max(0, files.getattr(caller, from.file()).size() - fromOffset);
    }
    long count =
        wanted == 0
            ? 0
            : files.copy(
                caller, from.file(), fromOffset, to.file(), toOffset, Math.min(wanted, MAX_COPY));
    long verifier = files.commit(caller, to.file(), toOffset, count);
    out.int32(0).int64(count).int32(2).int64(verifier);
    out.bool(true).bool(true);
    return NfsStatus.OK;
  }

  private static NfsStatus cloneRange(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException, BadXdrException {
    Stateid source = compound.resolveSaved(Stateid.decode(in));
    Stateid destination = compound.resolve(Stateid.decode(in));
    long fromOffset = in.int64();
    long toOffset = in.int64();
    long length = in.int64();
    Target.InZone from = compound.savedFile();
    Target.InZone to = compound.file();
    if (!from.export().zone().equals(to.export().zone())) {
      throw new NfsException(NfsStatus.XDEV);
    }
    DataOperations.caller(compound, from, source, false);
    Caller caller = DataOperations.caller(compound, to, destination, true);
    DataOperations.requirePossible(fromOffset, length);
    DataOperations.requirePossible(toOffset, length);
    to.export().files().cloneRange(caller, from.file(), fromOffset, to.file(), toOffset, length);
    return NfsStatus.OK;
  }

  /** Advice is heard and not followed, which the empty answer says (RFC 7862, section 15.5). */
  private static NfsStatus advise(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, BadXdrException {
    Stateid stateid = compound.resolve(Stateid.decode(in));
    in.int64();
    in.int64();
    Bitmap.decode(in);
    DataOperations.caller(compound, compound.file(), stateid, false);
    Bitmap.EMPTY.encode(out);
    return NfsStatus.OK;
  }
}
