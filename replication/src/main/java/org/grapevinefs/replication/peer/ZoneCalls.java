// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.fs.Attributes;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.Created;
import org.grapevinefs.replication.fs.DirectoryPage;
import org.grapevinefs.replication.fs.ReadResult;
import org.grapevinefs.replication.fs.Renamed;
import org.grapevinefs.replication.fs.SeekKind;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.SpaceUsage;
import org.grapevinefs.replication.fs.Stability;
import org.grapevinefs.replication.fs.WriteResult;
import org.grapevinefs.replication.fs.XattrMode;
import org.grapevinefs.replication.fs.ZoneError;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.fs.ZoneFileSystem;
import org.grapevinefs.replication.peer.proto.CopyCall;
import org.grapevinefs.replication.peer.proto.CreateCall;
import org.grapevinefs.replication.peer.proto.RangeCall;
import org.grapevinefs.replication.peer.proto.ReaddirCall;
import org.grapevinefs.replication.peer.proto.RenameCall;
import org.grapevinefs.replication.peer.proto.SetAccessCall;
import org.grapevinefs.replication.peer.proto.Space;
import org.grapevinefs.replication.peer.proto.WriteCall;
import org.grapevinefs.replication.peer.proto.XattrCall;
import org.grapevinefs.replication.peer.proto.ZoneCall;
import org.grapevinefs.replication.peer.proto.ZoneReply;

/** Carries out calls from peers on a zone that is here: the server's half of {@link RemoteZone}. */
final class ZoneCalls {
  private static final int MAX_ENTRIES = 2048;

  private ZoneCalls() {}

  /**
   * Does one call.
   *
   * @throws IllegalArgumentException if a value in it cannot be
   */
  static ZoneReply run(ZoneFileSystem zone, ZoneCall call, Caller who) throws ZoneException {
    ZoneReply.Builder reply = ZoneReply.newBuilder();
    switch (call.getCallCase()) {
      case GETATTR ->
          attributes(reply, zone.getattr(who, ZoneWire.id(call.getGetattr().getFile())));
      case LOOKUP -> {
        var c = call.getLookup();
        attributes(
            reply, zone.lookup(who, ZoneWire.id(c.getDirectory()), ZoneWire.name(c.getName())));
      }
      case PARENT -> attributes(reply, zone.parent(who, ZoneWire.id(call.getParent().getFile())));
      case SETATTR -> {
        var c = call.getSetattr();
        attributes(
            reply,
            zone.setattr(who, ZoneWire.id(c.getFile()), ZoneWire.attributes(c.getAttributes())));
      }
      case ACCESS -> {
        var c = call.getAccess();
        reply.setNumber(zone.access(who, ZoneWire.id(c.getFile()), c.getWanted()));
      }
      case CREATE, MKDIR, SYMLINK, MKNOD -> create(zone, call, who, reply);
      case LINK -> {
        var c = call.getLink();
        reply.setDirectory(
            ZoneWire.change(
                zone.link(
                    who,
                    ZoneWire.id(c.getFile()),
                    ZoneWire.id(c.getDirectory()),
                    ZoneWire.name(c.getName()))));
      }
      case RENAME -> rename(zone, call.getRename(), who, reply);
      case REMOVE -> {
        var c = call.getRemove();
        reply.setDirectory(
            ZoneWire.change(
                zone.remove(who, ZoneWire.id(c.getDirectory()), ZoneWire.name(c.getName()))));
      }
      case READDIR -> readdir(zone, call.getReaddir(), who, reply);
      case READLINK ->
          reply.setData(
              UnsafeByteOperations.unsafeWrap(
                  zone.readlink(who, ZoneWire.id(call.getReadlink().getFile()))));
      case STATFS -> reply.setSpace(space(zone.statfs(who)));
      case READ, WRITE, COMMIT, ALLOCATE, DEALLOCATE, SEEK, COPY, CLONE ->
          bytes(zone, call, who, reply);
      case GET_XATTR, SET_XATTR, LIST_XATTRS, REMOVE_XATTR -> xattr(zone, call, who, reply);
      case GET_ACCESS, SET_ACCESS -> access(zone, call, who, reply);
      case OPEN, CALL_NOT_SET -> throw new IllegalArgumentException("no such call");
    }
    return reply.build();
  }

  private static void attributes(ZoneReply.Builder reply, Attributes attributes) {
    reply.setAttributes(ZoneWire.attributes(attributes));
  }

  private static Space space(SpaceUsage space) {
    return Space.newBuilder()
        .setTotalBytes(space.totalBytes())
        .setFreeBytes(space.freeBytes())
        .setTotalFiles(space.totalFiles())
        .setFreeFiles(space.freeFiles())
        .build();
  }

  private static void access(
      ZoneFileSystem zone, ZoneCall call, Caller who, ZoneReply.Builder reply)
      throws ZoneException {
    if (call.getCallCase() == ZoneCall.CallCase.GET_ACCESS) {
      FileId file = ZoneWire.id(call.getGetAccess().getFile());
      reply.setAccess(ZoneWire.access(zone.getAcls(who, file)));
      return;
    }
    SetAccessCall c = call.getSetAccess();
    attributes(reply, zone.setAcls(who, ZoneWire.id(c.getFile()), ZoneWire.access(c)));
  }

  private static void create(
      ZoneFileSystem zone, ZoneCall call, Caller who, ZoneReply.Builder reply)
      throws ZoneException {
    CreateCall c =
        switch (call.getCallCase()) {
          case CREATE -> call.getCreate();
          case MKDIR -> call.getMkdir();
          case SYMLINK -> call.getSymlink();
          default -> call.getMknod();
        };
    var directory = ZoneWire.id(c.getDirectory());
    var name = ZoneWire.name(c.getName());
    SetAttributes set = ZoneWire.attributes(c.getAttributes());
    Created made =
        switch (call.getCallCase()) {
          case CREATE -> zone.create(who, directory, name, ZoneWire.mode(c), set);
          case MKDIR -> zone.mkdir(who, directory, name, set);
          case SYMLINK -> zone.symlink(who, directory, name, c.getTarget().toByteArray(), set);
          default ->
              zone.mknod(
                  who,
                  directory,
                  name,
                  ZoneWire.constant(FileType.class, c.getType()),
                  ZoneWire.device(c.getMajor(), c.getMinor()),
                  set);
        };
    attributes(reply, made.attributes());
    reply.setDirectory(ZoneWire.change(made.directory())).setFlag(made.fresh());
  }

  private static void rename(ZoneFileSystem zone, RenameCall c, Caller who, ZoneReply.Builder reply)
      throws ZoneException {
    Renamed renamed =
        zone.rename(
            who,
            ZoneWire.id(c.getFrom()),
            ZoneWire.name(c.getOldName()),
            ZoneWire.id(c.getTo()),
            ZoneWire.name(c.getNewName()));
    reply
        .setDirectory(ZoneWire.change(renamed.from()))
        .setOtherDirectory(ZoneWire.change(renamed.to()));
  }

  private static void readdir(
      ZoneFileSystem zone, ReaddirCall c, Caller who, ZoneReply.Builder reply)
      throws ZoneException {
    int most = Math.clamp(c.getMost(), 1, MAX_ENTRIES);
    DirectoryPage page = zone.readdir(who, ZoneWire.id(c.getDirectory()), c.getCookie(), most);
    page.entries().forEach(entry -> reply.addEntries(ZoneWire.entry(entry)));
    reply.setFlag(page.end());
  }

  private static void bytes(ZoneFileSystem zone, ZoneCall call, Caller who, ZoneReply.Builder reply)
      throws ZoneException {
    switch (call.getCallCase()) {
      case READ -> {
        RangeCall c = call.getRead();
        int length = (int) Math.clamp(c.getLength(), 0L, PeerLimits.MAX_DATA);
        ReadResult read = zone.read(who, ZoneWire.id(c.getFile()), c.getOffset(), length);
        reply.setData(ByteString.copyFrom(read.data())).setFlag(read.end());
      }
      case WRITE -> {
        WriteCall c = call.getWrite();
        ByteBuffer data = c.getData().asReadOnlyByteBuffer();
        Stability stability = ZoneWire.constant(Stability.class, c.getStability());
        WriteResult written =
            zone.write(who, ZoneWire.id(c.getFile()), c.getOffset(), data, stability);
        reply
            .setNumber(written.count())
            .setStability(ZoneWire.number(written.stability()))
            .setVerifier(written.verifier());
      }
      case COMMIT -> {
        RangeCall c = call.getCommit();
        reply.setVerifier(zone.commit(who, ZoneWire.id(c.getFile()), c.getOffset(), c.getLength()));
      }
      case ALLOCATE -> {
        RangeCall c = call.getAllocate();
        zone.allocate(who, ZoneWire.id(c.getFile()), c.getOffset(), c.getLength());
      }
      case DEALLOCATE -> {
        RangeCall c = call.getDeallocate();
        zone.deallocate(who, ZoneWire.id(c.getFile()), c.getOffset(), c.getLength());
      }
      case SEEK -> {
        var c = call.getSeek();
        SeekKind kind = c.getHole() ? SeekKind.HOLE : SeekKind.DATA;
        reply.setNumber(zone.seek(who, ZoneWire.id(c.getFile()), c.getOffset(), kind));
      }
      case COPY -> {
        CopyCall c = call.getCopy();
        reply.setNumber(
            zone.copy(
                who,
                ZoneWire.id(c.getFrom()),
                c.getFromOffset(),
                ZoneWire.id(c.getTo()),
                c.getToOffset(),
                c.getLength()));
      }
      default -> {
        CopyCall c = call.getClone();
        zone.cloneRange(
            who,
            ZoneWire.id(c.getFrom()),
            c.getFromOffset(),
            ZoneWire.id(c.getTo()),
            c.getToOffset(),
            c.getLength());
      }
    }
  }

  private static void xattr(ZoneFileSystem zone, ZoneCall call, Caller who, ZoneReply.Builder reply)
      throws ZoneException {
    switch (call.getCallCase()) {
      case GET_XATTR -> {
        XattrCall c = call.getGetXattr();
        byte[] value = zone.getXattr(who, ZoneWire.id(c.getFile()), c.getName());
        if (value.length > PeerLimits.MAX_DATA) {
          throw new ZoneException(ZoneError.XATTR2BIG);
        }
        reply.setData(UnsafeByteOperations.unsafeWrap(value));
      }
      case SET_XATTR -> {
        XattrCall c = call.getSetXattr();
        XattrMode mode = ZoneWire.constant(XattrMode.class, c.getMode());
        reply.setDirectory(
            ZoneWire.change(
                zone.setXattr(
                    who, ZoneWire.id(c.getFile()), c.getName(), c.getValue().toByteArray(), mode)));
      }
      case LIST_XATTRS ->
          reply.addAllNames(zone.listXattrs(who, ZoneWire.id(call.getListXattrs().getFile())));
      default -> {
        XattrCall c = call.getRemoveXattr();
        reply.setDirectory(
            ZoneWire.change(zone.removeXattr(who, ZoneWire.id(c.getFile()), c.getName())));
      }
    }
  }
}
