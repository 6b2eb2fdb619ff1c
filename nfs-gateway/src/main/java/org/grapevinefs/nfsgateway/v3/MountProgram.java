// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v3;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import org.grapevinefs.nfsgateway.Export;
import org.grapevinefs.nfsgateway.rpc.Call;
import org.grapevinefs.nfsgateway.rpc.RpcHandler;
import org.grapevinefs.nfsgateway.v4.Stateless;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.fs.Attributes;
import org.grapevinefs.replication.fs.ZoneException;

/**
 * RPC program 100005, version 3: the handles of zones, and of directories in them, by path (RFC
 * 1813, section 5). Who has mounted what is not kept: it means nothing to a server without state.
 */
public final class MountProgram implements RpcHandler {

  private static final int PROGRAM = 100_005;
  private static final int VERSION = 3;
  private static final int MOUNT = 1;
  private static final int DUMP = 2;
  private static final int UNMOUNT = 3;
  private static final int UNMOUNT_ALL = 4;
  private static final int EXPORTS = 5;
  private static final int MAX_PATH = 1024;
  private static final int AUTH_NONE = 0;
  private static final int AUTH_SYS = 1;

  private final Stateless shared;

  /** The program over what version 4 serves. */
  public MountProgram(Stateless shared) {
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
    return procedure >= MOUNT && procedure <= EXPORTS;
  }

  @Override
  public XdrWriter call(Call call, XdrReader in) throws BadXdrException {
    XdrWriter out = new XdrWriter(256);
    switch (call.procedure()) {
      case MOUNT -> mount(call, in, out);
      case DUMP -> out.bool(false);
      case UNMOUNT -> in.view(MAX_PATH);
      case UNMOUNT_ALL -> {}
      default -> exports(call, out);
    }
    return out;
  }

  private void mount(Call call, XdrReader in, XdrWriter out) throws BadXdrException {
    byte[] path = in.opaque(MAX_PATH);
    try {
      Stateless.Place place = find(call, path);
      out.int32(Nfs3Status.OK).opaque(shared.handle(place.export(), place.file()));
      out.int32(2).int32(AUTH_SYS).int32(AUTH_NONE);
    } catch (Nfs3Exception e) {
      out.int32(e.status());
    } catch (ZoneException e) {
      out.int32(Nfs3Status.of(e.error()));
    }
  }

  private Stateless.Place find(Call call, byte[] path) throws ZoneException, Nfs3Exception {
    Request.File at = null;
    int from = 0;
    for (int i = 0; i <= path.length; i++) {
      if (i < path.length && path[i] != '/') {
        continue;
      }
      if (i > from) {
        at = step(call, at, Arrays.copyOfRange(path, from, i));
      }
      from = i + 1;
    }
    if (at == null) {
      // Over the zones is a directory in version 4 only.
      throw new Nfs3Exception(Nfs3Status.ACCES);
    }
    return at.place();
  }

  private Request.File step(
      Call call, Request.@org.jspecify.annotations.Nullable File at, byte[] name)
      throws ZoneException, Nfs3Exception {
    if (at == null) {
      Export export = shared.export(Request.name(name), call.client());
      if (export == null) {
        throw new Nfs3Exception(Nfs3Status.NOENT);
      }
      Stateless.Place root = new Stateless.Place(export, FileId.ROOT);
      return new Request.File(root, export.caller(call.credential(), call.client()));
    }
    Attributes found = at.files().lookup(at.caller(), at.id(), Request.name(name));
    if (found.type() != FileType.DIRECTORY) {
      throw new Nfs3Exception(Nfs3Status.NOTDIR);
    }
    return at.sibling(found.id());
  }

  /** The zones that the caller may see; to whom else they are open is nobody's business. */
  private void exports(Call call, XdrWriter out) {
    for (Export export : shared.visibleTo(call.client())) {
      out.bool(true).opaque(("/" + export.name()).getBytes(UTF_8)).bool(false);
    }
    out.bool(false);
  }
}
