// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.util.Map;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.fs.Attributes;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.CreateMode;
import org.grapevinefs.replication.fs.Created;
import org.grapevinefs.replication.fs.DirectoryChange;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.fs.ZoneFileSystem;
import org.jspecify.annotations.Nullable;

/** Opening and closing files (RFC 8881, sections 18.2, 18.16 and 18.18). */
final class OpenOperations {

  private static final int READ = 1;
  private static final int WRITE = 2;
  private static final int RESULT_LOCKTYPE_POSIX = 4;
  private static final int RESULT_CONFIRM = 2;

  /** The file that OPEN found or made. */
  private record Found(
      Target.InZone file,
      @Nullable DirectoryChange directory,
      Bitmap set,
      FileType type,
      boolean mine,
      boolean made) {}

  private OpenOperations() {}

  static void addTo(Map<Op, Operation> table) {
    table.put(Op.OPEN, OpenOperations::open);
    table.put(Op.OPEN_DOWNGRADE, OpenOperations::downgrade);
    table.put(Op.CLOSE, OpenOperations::close);
  }

  private static NfsStatus open(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException, BadXdrException {
    OpenArguments arguments = OpenArguments.decode(in, compound.minor());
    compound.actFor(arguments.client());
    StateTable state = compound.engine().state();
    Client client = compound.stateOwner();
    boolean reclaim = arguments.claim() instanceof OpenArguments.Claim.Previous;
    state.guarded(() -> {
      state.admit(client, reclaim);
      return client;
    });
    Found found = find(compound, arguments);
    requireRegular(found.type());
    Target.InZone file = found.file();
    if (!found.mine()) {
      requireRights(compound.caller(file), file, arguments.access());
    }
    boolean writes = (arguments.access() & WRITE) != 0 || arguments.deny() != 0;
    state.delegations().require(client, file, writes);
    file.export().files().opened(file.file(), State.mode(arguments.access()));
    FileStates.Opener opener =
        new FileStates.Opener(arguments.owner(), SessionOperations.principal(compound));
    Stateid stateid =
        state.files().open(client, opener, file, arguments.access(), arguments.deny(), reclaim);
    compound.setCurrent(file);
    compound.setCurrentStateid(stateid);
    stateid.encode(out);
    DirectoryChange change = found.directory();
    if (change == null) {
      out.bool(false).int64(0).int64(0);
    } else {
      NameOperations.encode(change, out);
    }
    int confirm = toConfirm(compound, reclaim);
    out.int32(RESULT_LOCKTYPE_POSIX | confirm);
    found.set().encode(out);
    new DelegationOffer(arguments, found.made(), confirm != 0).encode(client, file, state, out);
    return NfsStatus.OK;
  }

  /** Has an owner that nobody knew prove that this request does not come out of the past. */
  private static int toConfirm(Compound compound, boolean reclaim) {
    OwnerSequence sequence = compound.sequence();
    if (sequence == null || sequence.confirmed) {
      return 0;
    }
    sequence.confirmed = reclaim;
    return reclaim ? 0 : RESULT_CONFIRM;
  }

  private static void requireRegular(FileType type) throws NfsException {
    switch (type) {
      case REGULAR -> {}
      case DIRECTORY -> throw new NfsException(NfsStatus.ISDIR);
      case SYMLINK -> throw new NfsException(NfsStatus.SYMLINK);
      case BLOCK_DEVICE, CHARACTER_DEVICE, FIFO, SOCKET ->
          throw new NfsException(NfsStatus.WRONG_TYPE);
    }
  }

  private static void requireRights(Caller caller, Target.InZone file, int access)
      throws NfsException, ZoneException {
    boolean write = (access & WRITE) != 0;
    if (write && caller.readOnly()) {
      throw new NfsException(NfsStatus.ROFS);
    }
    int read = ZoneFileSystem.ACCESS_READ | ZoneFileSystem.ACCESS_EXECUTE;
    int wanted = ((access & READ) != 0 ? read : 0) | (write ? ZoneFileSystem.ACCESS_MODIFY : 0);
    int granted = file.export().files().access(caller, file.file(), wanted);
    // Who may execute a file may have its bytes read for that, as a local kernel does it.
    boolean mayRead = (access & READ) == 0 || (granted & read) != 0;
    boolean mayWrite = !write || (granted & ZoneFileSystem.ACCESS_MODIFY) != 0;
    if (!mayRead || !mayWrite) {
      throw new NfsException(NfsStatus.ACCESS);
    }
  }

  private static Found find(Compound compound, OpenArguments arguments)
      throws NfsException, ZoneException {
    return switch (arguments.claim()) {
      case OpenArguments.Claim.Named named -> findNamed(compound, arguments, named);
      case OpenArguments.Claim.Current current -> findCurrent(compound, false);
      case OpenArguments.Claim.Previous previous -> findCurrent(compound, true);
      case OpenArguments.Claim.Delegated delegated -> findDelegated(compound, arguments, delegated);
      case OpenArguments.Claim.DelegatedBefore before -> throw new NfsException(NfsStatus.NOTSUPP);
    };
  }

  /** A file that the client opened by itself while it had a delegation of it. */
  private static Found findDelegated(
      Compound compound, OpenArguments arguments, OpenArguments.Claim.Delegated claim)
      throws NfsException, ZoneException {
    StateTable state = compound.engine().state();
    State.Delegation held =
        state.delegations().held(compound.stateOwner(), compound.resolve(claim.delegation()));
    EntryName name = claim.name();
    Found found =
        name == null
            ? findCurrent(compound, false)
            : findNamed(compound, arguments, new OpenArguments.Claim.Named(name));
    if (!FileStates.isOf(held, found.file())) {
      throw new NfsException(NfsStatus.BAD_STATEID);
    }
    if ((arguments.access() & ~held.access()) != 0) {
      throw new NfsException(NfsStatus.OPENMODE);
    }
    return found;
  }

  private static Found findCurrent(Compound compound, boolean mine)
      throws NfsException, ZoneException {
    Target.InZone file = compound.file();
    Attributes a = file.export().files().getattr(compound.caller(file), file.file());
    return new Found(file, null, Bitmap.EMPTY, a.type(), mine, false);
  }

  private static Found findNamed(
      Compound compound, OpenArguments arguments, OpenArguments.Claim.Named named)
      throws NfsException, ZoneException {
    CreateMode mode = arguments.create();
    if (mode == null && compound.current() instanceof Target.PseudoRoot) {
      throw new NfsException(NfsStatus.ISDIR);
    }
    Target.InZone dir = compound.file();
    ZoneFileSystem files = dir.export().files();
    Caller caller = compound.caller(dir);
    if (mode == null) {
      Attributes a = files.lookup(caller, dir.file(), named.name());
      Target.InZone file = new Target.InZone(dir.export(), a.id());
      return new Found(file, null, Bitmap.EMPTY, a.type(), false, false);
    }
    NewFile made = NewFile.of(arguments.wanted(), false);
    Long size = made.values().size();
    boolean empties = size != null && size == 0;
    if (empties) {
      NameOperations.requireFree(compound, dir, named.name());
    }
    Created created = files.create(caller, dir.file(), named.name(), mode, made.values());
    Attributes a = created.attributes();
    boolean mine = created.fresh() || mode instanceof CreateMode.Exclusive;
    // Of a file that was there nothing is set; only, it may be emptied.
    Target.InZone file = new Target.InZone(dir.export(), a.id());
    Bitmap set = mine ? made.complete(caller, file) : empties ? Bitmap.of(Attr.SIZE) : Bitmap.EMPTY;
    return new Found(file, created.directory(), set, a.type(), mine, true);
  }

  private static NfsStatus downgrade(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, BadXdrException {
    Stateid stateid = compound.resolve(Stateid.decode(in));
    in.int32();
    int access = in.int32() & ~OpenArguments.WANT_MASK;
    int deny = in.int32();
    if (!FileStates.isAccess(access) || deny < 0 || deny > 3) {
      throw new NfsException(NfsStatus.INVAL);
    }
    Stateid after =
        compound
            .engine()
            .state()
            .files()
            .downgrade(compound.stateOwner(), stateid, compound.file(), access, deny);
    compound.setCurrentStateid(after);
    after.encode(out);
    return NfsStatus.OK;
  }

  private static NfsStatus close(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, BadXdrException {
    in.int32();
    Stateid stateid = compound.resolve(Stateid.decode(in));
    Stateid after =
        compound.engine().state().files().close(compound.stateOwner(), stateid, compound.file());
    compound.setCurrentStateid(after);
    after.encode(out);
    return NfsStatus.OK;
  }
}
