// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v3;

import java.util.UUID;
import org.grapevinefs.nfsgateway.Export;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Timestamp;
import org.grapevinefs.replication.fs.Attributes;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.SetAttributes.SetTime;
import org.grapevinefs.replication.fs.ZoneFileSystem;
import org.jspecify.annotations.Nullable;

/** Attributes as version 3 writes them (RFC 1813, section 2.6). */
final class Attributes3 {

  private static final int MODE_BITS = 07777;

  private Attributes3() {}

  static int number(FileType type) {
    return switch (type) {
      case REGULAR -> 1;
      case DIRECTORY -> 2;
      case BLOCK_DEVICE -> 3;
      case CHARACTER_DEVICE -> 4;
      case SYMLINK -> 5;
      case SOCKET -> 6;
      case FIFO -> 7;
    };
  }

  /** A fattr3. */
  static void encode(XdrWriter out, Export export, Attributes a) {
    UUID zone = export.zone();
    out.int32(number(a.type())).int32(a.mode()).int32(a.links()).int32(a.uid()).int32(a.gid());
    out.int64(a.size()).int64(a.used()).int32(a.device().major()).int32(a.device().minor());
    out.int64(zone.getMostSignificantBits() ^ zone.getLeastSignificantBits());
    out.int64(a.id().inodeNumber());
    time(out, a.accessed());
    time(out, a.modified());
    time(out, a.changed());
  }

  /** A post_op_attr. */
  static void encodeAfter(XdrWriter out, Export export, Attributes a) {
    out.bool(true);
    encode(out, export, a);
  }

  /** A pre_op_attr. */
  static void encodeBefore(XdrWriter out, Attributes a) {
    out.bool(true).int64(a.size());
    time(out, a.modified());
    time(out, a.changed());
  }

  /** Times have 32 bits of seconds here. */
  private static void time(XdrWriter out, Timestamp time) {
    out.int32((int) time.seconds()).int32(time.nanos());
  }

  static boolean isTime(Timestamp time, int seconds, int nanos) {
    return (int) time.seconds() == seconds && time.nanos() == nanos;
  }

  /** A sattr3. */
  static SetAttributes decode(XdrReader in) throws BadXdrException, Nfs3Exception {
    Integer mode = in.bool() ? in.int32() & MODE_BITS : null;
    Integer uid = in.bool() ? in.int32() : null;
    Integer gid = in.bool() ? in.int32() : null;
    Long size = in.bool() ? in.int64() : null;
    SetTime accessed = decodeTime(in);
    SetTime modified = decodeTime(in);
    if (size != null && (size < 0 || size > ZoneFileSystem.MAX_FILE_SIZE)) {
      throw new Nfs3Exception(Nfs3Status.FBIG);
    }
    return new SetAttributes(mode, uid, gid, size, accessed, modified);
  }

  private static @Nullable SetTime decodeTime(XdrReader in) throws BadXdrException, Nfs3Exception {
    return switch (in.int32()) {
      case 0 -> null;
      case 1 -> new SetTime.Now();
      case 2 -> {
        long seconds = Integer.toUnsignedLong(in.int32());
        int nanos = in.int32();
        if (nanos < 0 || nanos > 999_999_999) {
          throw new Nfs3Exception(Nfs3Status.INVAL);
        }
        yield new SetTime.Given(new Timestamp(seconds, nanos));
      }
      default -> throw new BadXdrException("no such way to set a time");
    };
  }
}
