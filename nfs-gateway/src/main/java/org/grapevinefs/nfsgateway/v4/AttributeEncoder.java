// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.util.Objects;
import java.util.UUID;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.grapevinefs.replication.core.AccessControlList;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Timestamp;
import org.grapevinefs.replication.fs.Attributes;
import org.grapevinefs.replication.fs.FileAcls;
import org.grapevinefs.replication.fs.SpaceUsage;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.fs.ZoneFileSystem;
import org.jspecify.annotations.Nullable;

/**
 * Writes the attributes that a client asked for, in the order of their numbers (RFC 8881, section
 * 5).
 */
final class AttributeEncoder {

  private static final int FH_PERSISTENT = 0;
  private static final int MAX_LINKS = ZoneFileSystem.MOST_LINKS;
  private static final int CHANGE_IS_MONOTONIC = 0;

  private final Compound compound;
  private final Bitmap supported;
  private final int maxIo;
  private final int leaseSeconds;
  private @Nullable AceList acl;
  private @Nullable SpaceUsage usage;
  private @Nullable UUID usageOf;
  private byte @Nullable [] owner;
  private int ownerOf;
  private byte @Nullable [] group;
  private int groupOf;

  AttributeEncoder(Compound compound) {
    this.compound = compound;
    this.supported = Attr.supported(compound.minor());
    this.maxIo = compound.engine().limits().maxIo();
    this.leaseSeconds = (int) compound.engine().state().leaseSeconds();
  }

  /** Writes a fattr4 with those of the wanted attributes that there are. */
  void encode(XdrWriter out, Bitmap wanted, Target target, Attributes a) throws ZoneException {
    Bitmap given = wanted.and(supported).without(Attr.WRITE_ONLY);
    if (given.has(Attr.ACL)) {
      acl = acl(target, a);
    }
    given.encode(out);
    int start = out.mark();
    out.int32(0);
    for (int bits = given.word0(); bits != 0; bits &= bits - 1) {
      word0(out, Integer.numberOfTrailingZeros(bits), target, a);
    }
    for (int bits = given.word1(); bits != 0; bits &= bits - 1) {
      word1(out, 32 + Integer.numberOfTrailingZeros(bits), target, a);
    }
    for (int bits = given.word2(); bits != 0; bits &= bits - 1) {
      word2(out, 64 + Integer.numberOfTrailingZeros(bits));
    }
    out.patch(start, out.since(start) - 4);
  }

  /** Writes a fattr4 that says only why there are no attributes (RFC 8881, section 18.23.3). */
  static void encodeError(XdrWriter out, NfsStatus status) {
    Bitmap.of(Attr.RDATTR_ERROR).encode(out);
    out.int32(4).int32(status.code());
  }

  private void word0(XdrWriter out, int number, Target target, Attributes a) throws ZoneException {
    switch (number) {
      case Attr.SUPPORTED_ATTRS -> supported.encode(out);
      case Attr.TYPE -> out.int32(typeNumber(a.type()));
      case Attr.FH_EXPIRE_TYPE -> out.int32(FH_PERSISTENT);
      case Attr.CHANGE -> out.int64(change(target, a));
      case Attr.SIZE -> out.int64(a.size());
      case Attr.LINK_SUPPORT, Attr.SYMLINK_SUPPORT, Attr.UNIQUE_HANDLES -> out.bool(true);
      case Attr.NAMED_ATTR, Attr.CASE_INSENSITIVE -> out.bool(false);
      case Attr.CANSETTIME, Attr.CASE_PRESERVING, Attr.CHOWN_RESTRICTED -> out.bool(true);
      case Attr.FSID -> fsid(out, target);
      case Attr.LEASE_TIME -> out.int32(leaseSeconds);
      case Attr.RDATTR_ERROR -> out.int32(0);
      case Attr.ACL -> Objects.requireNonNull(acl).encode(out);
      case Attr.ACLSUPPORT -> out.int32(Ace.SUPPORTED);
      case Attr.FILEHANDLE -> out.opaque(compound.engine().handles().of(target));
      case Attr.FILEID -> out.int64(fileId(target, a));
      case Attr.FILES_AVAIL, Attr.FILES_FREE -> out.int64(usage(target).freeFiles());
      case Attr.FILES_TOTAL -> out.int64(usage(target).totalFiles());
      case Attr.HOMOGENEOUS -> out.bool(true);
      case Attr.MAXFILESIZE -> out.int64(ZoneFileSystem.MAX_FILE_SIZE);
      case Attr.MAXLINK -> out.int32(MAX_LINKS);
      case Attr.MAXNAME -> out.int32(EntryName.MAX_BYTES);
      case Attr.MAXREAD, Attr.MAXWRITE -> out.int64(maxIo);
      default -> throw new IllegalStateException("attribute " + number);
    }
  }

  private void word1(XdrWriter out, int number, Target target, Attributes a) throws ZoneException {
    switch (number) {
      case Attr.MODE -> out.int32(a.mode());
      case Attr.NO_TRUNC -> out.bool(true);
      case Attr.NUMLINKS -> out.int32(a.links());
      case Attr.OWNER -> out.opaque(owner(a.uid()));
      case Attr.OWNER_GROUP -> out.opaque(group(a.gid()));
      case Attr.RAWDEV -> out.int32(a.device().major()).int32(a.device().minor());
      case Attr.SPACE_AVAIL, Attr.SPACE_FREE -> out.int64(usage(target).freeBytes());
      case Attr.SPACE_TOTAL -> out.int64(usage(target).totalBytes());
      case Attr.SPACE_USED -> out.int64(a.used());
      case Attr.TIME_ACCESS -> time(out, a.accessed());
      case Attr.TIME_CREATE -> time(out, a.created());
      case Attr.TIME_DELTA -> out.int64(0).int32(1);
      case Attr.TIME_METADATA -> time(out, a.changed());
      case Attr.TIME_MODIFY -> time(out, a.modified());
      case Attr.MOUNTED_ON_FILEID -> out.int64(mountedOn(target, a));
      case Attr.FS_LAYOUT_TYPES -> out.int32(0);
      default -> throw new IllegalStateException("attribute " + number);
    }
  }

  /** In a listing most files have the owner of the one before. */
  private byte[] owner(int uid) {
    byte[] text = owner;
    if (text == null || uid != ownerOf) {
      text = PrincipalNumber.text(uid);
      owner = text;
      ownerOf = uid;
    }
    return text;
  }

  private byte[] group(int gid) {
    byte[] text = group;
    if (text == null || gid != groupOf) {
      text = PrincipalNumber.text(gid);
      group = text;
      groupOf = gid;
    }
    return text;
  }

  private void word2(XdrWriter out, int number) {
    switch (number) {
      case Attr.SUPPATTR_EXCLCREAT -> Attr.settableAtCreation(compound.minor()).encode(out);
      case Attr.CLONE_BLKSIZE -> out.int32(4096);
      case Attr.CHANGE_ATTR_TYPE -> out.int32(CHANGE_IS_MONOTONIC);
      case Attr.XATTR_SUPPORT -> out.bool(true);
      case Attr.OPEN_ARGUMENTS -> openArguments(out);
      default -> throw new IllegalStateException("attribute " + number);
    }
  }

  private long change(Target target, Attributes a) {
    if (!(target instanceof Target.InZone file) || a.type() != FileType.REGULAR) {
      return a.change();
    }
    Delegations delegations = compound.engine().state().delegations();
    return delegations.shown(compound.asker(), compound.client(), file, a.change());
  }

  /** All that OPEN understands: access, denial, hints, claims and ways to create, by number. */
  private static void openArguments(XdrWriter out) {
    Bitmap.of(1, 2, 3).encode(out);
    Bitmap.of(0, 1, 2, 3).encode(out);
    Bitmap.of(3, 4).encode(out);
    Bitmap.of(0, 1, 2, 4, 5).encode(out);
    Bitmap.of(0, 1, 2, 3).encode(out);
  }

  private AceList acl(Target target, Attributes a) throws ZoneException {
    FileAcls acls =
        switch (target) {
          case Target.PseudoRoot root -> new FileAcls(AccessControlList.of(a.mode()), null);
          case Target.InZone in -> in.export().files().getAcls(compound.caller(in), in.file());
        };
    return AceList.of(acls, a.type() == FileType.DIRECTORY);
  }

  private SpaceUsage usage(Target target) throws ZoneException {
    return switch (target) {
      case Target.PseudoRoot root -> new SpaceUsage(0, 0, 0, 0);
      case Target.InZone in -> {
        SpaceUsage known = usage;
        if (known == null || !in.export().zone().equals(usageOf)) {
          known = in.export().files().statfs(compound.caller(in.export()));
          usage = known;
          usageOf = in.export().zone();
        }
        yield known;
      }
    };
  }

  private static void fsid(XdrWriter out, Target target) {
    switch (target) {
      case Target.PseudoRoot root -> out.int64(0).int64(0);
      case Target.InZone in ->
          out.int64(in.export().zone().getMostSignificantBits())
              .int64(in.export().zone().getLeastSignificantBits());
    }
  }

  private static long fileId(Target target, Attributes a) {
    return target instanceof Target.PseudoRoot ? 1 : a.id().inodeNumber();
  }

  private static long mountedOn(Target target, Attributes a) {
    if (target instanceof Target.InZone in && in.file().equals(FileId.ROOT)) {
      return ExportTable.mountPoint(in.export());
    }
    return fileId(target, a);
  }

  private static void time(XdrWriter out, Timestamp time) {
    out.int64(time.seconds()).int32(time.nanos());
  }

  private static int typeNumber(FileType type) {
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
}
