// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v3;

import org.grapevinefs.nfsgateway.Limits;
import org.grapevinefs.nfsgateway.rpc.Call;
import org.grapevinefs.nfsgateway.v4.Stateless;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.InvalidNameException;
import org.grapevinefs.replication.fs.Attributes;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.DirectoryChange;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.fs.ZoneFileSystem;
import org.jspecify.annotations.Nullable;

/** One call being answered: its arguments, its answer, and who calls. */
final class Request {

  private static final int MAX_HANDLE = 64;
  private static final int MAX_NAME_READ = 8192;

  final XdrReader in;
  final XdrWriter out = new XdrWriter(512);
  private final Stateless shared;
  private final Call call;

  Request(Stateless shared, Call call, XdrReader in) {
    this.shared = shared;
    this.call = call;
    this.in = in;
  }

  Stateless shared() {
    return shared;
  }

  Limits limits() {
    return shared.limits();
  }

  Call call() {
    return call;
  }

  /** A file of a zone, as the caller may see it. */
  record File(Stateless.Place place, Caller caller) {
    ZoneFileSystem files() {
      return place.export().files();
    }

    FileId id() {
      return place.file();
    }

    /** Another file of the same zone. */
    File sibling(FileId file) {
      return new File(new Stateless.Place(place.export(), file), caller);
    }

    Attributes attributes() throws ZoneException {
      return files().getattr(caller, id());
    }

    boolean isInZoneOf(File other) {
      return place.export().zone().equals(other.place.export().zone());
    }
  }

  /** The next argument: a handle. */
  File file() throws BadXdrException, ZoneException, Nfs3Exception {
    byte[] handle = in.opaque(MAX_HANDLE);
    Stateless.Place place = shared.place(handle, call.client());
    if (place == null) {
      throw new Nfs3Exception(Nfs3Status.BADHANDLE);
    }
    return new File(place, place.export().caller(call.credential(), call.client()));
  }

  /** The next argument: a name that may be {@code .} or {@code ..}. */
  byte[] anyName() throws BadXdrException {
    return in.opaque(MAX_NAME_READ);
  }

  /** The next argument: a name. */
  EntryName name() throws BadXdrException, Nfs3Exception {
    return name(anyName());
  }

  static EntryName name(byte[] bytes) throws Nfs3Exception {
    try {
      return EntryName.of(bytes);
    } catch (InvalidNameException e) {
      throw new Nfs3Exception(
          switch (e.reason()) {
            case EMPTY, BAD_BYTE -> Nfs3Status.INVAL;
            case TOO_LONG -> Nfs3Status.NAMETOOLONG;
            case DOTS -> Nfs3Status.EXIST;
          });
    }
  }

  // Parts of answers

  /** A post_op_attr with attributes. */
  void after(File file, Attributes attributes) {
    Attributes3.encodeAfter(out, file.place().export(), attributes);
  }

  /** A post_op_attr with what the file looks like now, if it can still be seen. */
  void after(File file) {
    try {
      after(file, file.attributes());
    } catch (ZoneException e) {
      out.bool(false);
    }
  }

  /** A post_op_fh3. */
  void handle(File file) {
    out.bool(true).opaque(shared.handle(file.place().export(), file.id()));
  }

  /**
   * The wcc_data of a directory. What was before is told only if nothing else happened in between:
   * the client takes it as proof that its own copy is good.
   */
  void changed(File directory, @Nullable Attributes before, @Nullable DirectoryChange change) {
    Attributes now;
    try {
      now = directory.attributes();
    } catch (ZoneException e) {
      out.bool(false).bool(false);
      return;
    }
    boolean whole =
        before != null
            && change != null
            && before.change() == change.before()
            && now.change() == change.after();
    if (before != null && whole) {
      Attributes3.encodeBefore(out, before);
    } else {
      out.bool(false);
    }
    after(directory, now);
  }

  /** The wcc_data of a file of which only what it is now is known. */
  void changed(File file) {
    out.bool(false);
    after(file);
  }
}
