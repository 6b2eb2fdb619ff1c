// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v3;

import java.nio.ByteBuffer;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.fs.Attributes;
import org.grapevinefs.replication.fs.ReadResult;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.SpaceUsage;
import org.grapevinefs.replication.fs.Stability;
import org.grapevinefs.replication.fs.WriteResult;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.fs.ZoneFileSystem;

/** Attributes, contents and the file system (RFC 1813, sections 3.3.1, 2, 4 to 7, 18 to 21). */
final class FileProcedures {

  private static final int KNOWN_RIGHTS = 0x3f;
  private static final int MAX_LINKS = ZoneFileSystem.MOST_LINKS;
  private static final int PREFERRED_DIRECTORY = 64 * 1024;
  private static final int PROPERTIES = 0x01 | 0x02 | 0x08 | 0x10;

  private FileProcedures() {}

  static void getattr(Request r) throws BadXdrException, ZoneException, Nfs3Exception {
    Request.File file = r.file();
    if (r.shared().mayBeHeld(file.place().export())) {
      r.shared().requireSeen(file.place());
    }
    Attributes3.encode(r.out, file.place().export(), file.attributes());
  }

  static void setattr(Request r) throws BadXdrException, ZoneException, Nfs3Exception {
    Request.File file = r.file();
    SetAttributes wanted = Attributes3.decode(r.in);
    if (r.in.bool()) {
      int seconds = r.in.int32();
      int nanos = r.in.int32();
      if (!Attributes3.isTime(file.attributes().changed(), seconds, nanos)) {
        throw new Nfs3Exception(Nfs3Status.NOT_SYNC);
      }
    }
    if (wanted.size() != null) {
      r.shared().requireBytes(file.place(), true);
    }
    r.shared().requireFree(file.place());
    Attributes after = file.files().setattr(file.caller(), file.id(), wanted);
    r.out.bool(false);
    r.after(file, after);
  }

  static void access(Request r) throws BadXdrException, ZoneException, Nfs3Exception {
    Request.File file = r.file();
    int wanted = r.in.int32() & KNOWN_RIGHTS;
    int granted = file.files().access(file.caller(), file.id(), wanted);
    r.after(file);
    r.out.int32(granted & wanted);
  }

  static void readlink(Request r) throws BadXdrException, ZoneException, Nfs3Exception {
    Request.File file = r.file();
    byte[] target = file.files().readlink(file.caller(), file.id());
    r.after(file);
    r.out.opaque(target);
  }

  static void read(Request r) throws BadXdrException, ZoneException, Nfs3Exception {
    Request.File file = r.file();
    long offset = r.in.int64();
    int count = r.in.int32();
    int most = r.limits().maxIo();
    int length = count < 0 ? most : Math.min(count, most);
    long from = offset < 0 ? ZoneFileSystem.MAX_FILE_SIZE : offset;
    r.shared().requireBytes(file.place(), false);
    ByteBuffer into = r.shared().buffers().take(length);
    ReadResult result = file.files().read(file.caller(), file.id(), from, into);
    r.out.whenSent(() -> r.shared().buffers().give(into));
    r.after(file);
    r.out.int32(result.data().remaining()).bool(result.end()).payload(result.data());
  }

  private static Stability stability(XdrReader in) throws BadXdrException {
    return switch (in.int32()) {
      case 0 -> Stability.UNSTABLE;
      case 1 -> Stability.DATA_SYNC;
      case 2 -> Stability.FILE_SYNC;
      default -> throw new BadXdrException("no such stability");
    };
  }

  private static int number(Stability stability) {
    return switch (stability) {
      case UNSTABLE -> 0;
      case DATA_SYNC -> 1;
      case FILE_SYNC -> 2;
    };
  }

  static void write(Request r) throws BadXdrException, ZoneException, Nfs3Exception {
    Request.File file = r.file();
    long offset = r.in.int64();
    int count = r.in.int32();
    Stability wanted = stability(r.in);
    ByteBuffer data = r.in.view(r.limits().maxMessage());
    if (count != data.remaining()) {
      throw new Nfs3Exception(Nfs3Status.INVAL);
    }
    if (offset < 0 || offset > ZoneFileSystem.MAX_FILE_SIZE - count) {
      throw new Nfs3Exception(Nfs3Status.FBIG);
    }
    r.shared().requireBytes(file.place(), true);
    WriteResult result = file.files().write(file.caller(), file.id(), offset, data, wanted);
    r.changed(file);
    r.out.int32(result.count()).int32(number(result.stability())).int64(result.verifier());
  }

  static void commit(Request r) throws BadXdrException, ZoneException, Nfs3Exception {
    Request.File file = r.file();
    long offset = r.in.int64();
    long length = Integer.toUnsignedLong(r.in.int32());
    if (offset < 0) {
      throw new Nfs3Exception(Nfs3Status.INVAL);
    }
    // What a client wrote, it may bring to disk.
    long verifier = file.files().commit(file.caller().throughOpen(), file.id(), offset, length);
    r.changed(file);
    r.out.int64(verifier);
  }

  static void lookup(Request r) throws BadXdrException, ZoneException, Nfs3Exception {
    Request.File dir = r.file();
    byte[] name = r.anyName();
    Attributes found = find(dir, name);
    Request.File file = dir.sibling(found.id());
    r.out.opaque(r.shared().handle(file.place().export(), file.id()));
    r.after(file, found);
    r.after(dir);
  }

  /** What a name stands for; the root is above itself. */
  static Attributes find(Request.File dir, byte[] name) throws ZoneException, Nfs3Exception {
    boolean dot = name.length == 1 && name[0] == '.';
    boolean up = name.length == 2 && name[0] == '.' && name[1] == '.';
    if (dot || up) {
      Attributes here = dir.attributes();
      if (Attributes3.number(here.type()) != 2) {
        throw new Nfs3Exception(Nfs3Status.NOTDIR);
      }
      boolean root = dir.id().equals(org.grapevinefs.replication.core.FileId.ROOT);
      return dot || root ? here : dir.files().parent(dir.caller(), dir.id());
    }
    return dir.files().lookup(dir.caller(), dir.id(), Request.name(name));
  }

  static void fsstat(Request r) throws BadXdrException, ZoneException, Nfs3Exception {
    Request.File file = r.file();
    SpaceUsage usage = file.files().statfs(file.caller());
    r.after(file);
    r.out.int64(usage.totalBytes()).int64(usage.freeBytes()).int64(usage.freeBytes());
    r.out.int64(usage.totalFiles()).int64(usage.freeFiles()).int64(usage.freeFiles()).int32(0);
  }

  static void fsinfo(Request r) throws BadXdrException, ZoneException, Nfs3Exception {
    Request.File file = r.file();
    int most = r.limits().maxIo();
    r.after(file);
    for (int i = 0; i < 2; i++) {
      r.out.int32(most).int32(most).int32(4096);
    }
    r.out.int32(PREFERRED_DIRECTORY).int64(ZoneFileSystem.MAX_FILE_SIZE);
    r.out.int32(0).int32(1).int32(PROPERTIES);
  }

  static void pathconf(Request r) throws BadXdrException, ZoneException, Nfs3Exception {
    Request.File file = r.file();
    r.after(file);
    r.out.int32(MAX_LINKS).int32(EntryName.MAX_BYTES);
    r.out.bool(true).bool(true).bool(false).bool(true);
  }
}
