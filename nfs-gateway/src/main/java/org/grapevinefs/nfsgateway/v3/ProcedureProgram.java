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

/** A program whose procedures answer with a status and, if all went well, with more. */
abstract class ProcedureProgram implements RpcHandler {

  private static final Logger LOG = LoggerFactory.getLogger(ProcedureProgram.class);

  /**
   * A procedure as it is called.
   *
   * @param work what it does
   * @param absent how many parts of a refusal's answer there are, all left out: attributes before
   *     or after
   * @param once whether doing it twice is not the same as doing it once
   */
  record Entry(Procedure work, int absent, boolean once) {}

  private final Stateless shared;
  private final int program;
  private final int version;
  private final ReplyCache replies = new ReplyCache();

  ProcedureProgram(Stateless shared, int program, int version) {
    this.shared = shared;
    this.program = program;
    this.version = version;
  }

  @Override
  public final int program() {
    return program;
  }

  @Override
  public final int version() {
    return version;
  }

  /** What has a number, if anything has. */
  abstract @Nullable Entry entry(int procedure);

  @Override
  public final boolean knows(int procedure) {
    return entry(procedure) != null;
  }

  @Override
  public final XdrWriter call(Call call, XdrReader arguments) throws BadXdrException {
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
