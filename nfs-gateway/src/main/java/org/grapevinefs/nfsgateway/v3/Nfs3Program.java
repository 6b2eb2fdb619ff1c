// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v3;

import org.grapevinefs.nfsgateway.rpc.Call;
import org.grapevinefs.nfsgateway.rpc.ReplyCache;
import org.grapevinefs.nfsgateway.rpc.RpcHandler;
import org.grapevinefs.nfsgateway.v4.Stateless;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.grapevinefs.replication.fs.ZoneException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** RPC program 100003, version 3 (RFC 1813). */
public final class Nfs3Program implements RpcHandler {

  private static final Logger LOG = LoggerFactory.getLogger(Nfs3Program.class);
  private static final int PROGRAM = 100_003;
  private static final int VERSION = 3;

  /**
   * A procedure as it is called.
   *
   * @param work what it does
   * @param absent how many parts of a refusal's answer there are, all left out: attributes before
   *     or after
   * @param once whether doing it twice is not the same as doing it once
   */
  private record Entry(Procedure work, int absent, boolean once) {}

  private final Stateless shared;
  private final ReplyCache replies = new ReplyCache();

  /** The program over what version 4 serves. */
  public Nfs3Program(Stateless shared) {
    this.shared = shared;
  }

  @Override
  public int program() {
    return PROGRAM;
  }

  @Override
  public int version() {
    return VERSION;
  }

  @Override
  public boolean knows(int procedure) {
    return entry(procedure) != null;
  }

  private static @Nullable Entry entry(int procedure) {
    return switch (procedure) {
      case 1 -> new Entry(FileProcedures::getattr, 0, false);
      case 2 -> new Entry(FileProcedures::setattr, 2, true);
      case 3 -> new Entry(FileProcedures::lookup, 1, false);
      case 4 -> new Entry(FileProcedures::access, 1, false);
      case 5 -> new Entry(FileProcedures::readlink, 1, false);
      case 6 -> new Entry(FileProcedures::read, 1, false);
      case 7 -> new Entry(FileProcedures::write, 2, false);
      case 8 -> new Entry(NameProcedures::create, 2, true);
      case 9 -> new Entry(NameProcedures::mkdir, 2, true);
      case 10 -> new Entry(NameProcedures::symlink, 2, true);
      case 11 -> new Entry(NameProcedures::mknod, 2, true);
      case 12 -> new Entry(NameProcedures::remove, 2, true);
      case 13 -> new Entry(NameProcedures::rmdir, 2, true);
      case 14 -> new Entry(NameProcedures::rename, 4, true);
      case 15 -> new Entry(NameProcedures::link, 3, true);
      case 16 -> new Entry(DirectoryProcedures::readdir, 1, false);
      case 17 -> new Entry(DirectoryProcedures::readdirPlus, 1, false);
      case 18 -> new Entry(FileProcedures::fsstat, 1, false);
      case 19 -> new Entry(FileProcedures::fsinfo, 1, false);
      case 20 -> new Entry(FileProcedures::pathconf, 1, false);
      case 21 -> new Entry(FileProcedures::commit, 2, false);
      default -> null;
    };
  }

  @Override
  public XdrWriter call(Call call, XdrReader arguments) throws BadXdrException {
    Entry entry = entry(call.procedure());
    if (entry == null) {
      throw new BadXdrException("no such procedure");
    }
    if (!entry.once) {
      return run(entry, call, arguments);
    }
    return replies.once(
        call, arguments, () -> new ReplyCache.Answer(run(entry, call, arguments), true));
  }

  private XdrWriter run(Entry entry, Call call, XdrReader arguments) throws BadXdrException {
    Request request = new Request(shared, call, arguments);
    request.out.int32(Nfs3Status.OK);
    int status;
    try {
      entry.work.run(request);
      return request.out;
    } catch (Nfs3Exception e) {
      status = e.status();
    } catch (ZoneException e) {
      status = Nfs3Status.of(e.error());
    } catch (RuntimeException | Error e) {
      LOG.error("procedure {} failed unexpectedly: {}", call.procedure(), e.toString(), e);
      status = Nfs3Status.SERVERFAULT;
    }
    XdrWriter refusal = new XdrWriter(32).int32(status);
    for (int i = 0; i < entry.absent; i++) {
      refusal.bool(false);
    }
    return refusal;
  }
}
