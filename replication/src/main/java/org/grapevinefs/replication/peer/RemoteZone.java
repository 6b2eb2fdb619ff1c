// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.List;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.fs.Attributes;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.ChangeListener;
import org.grapevinefs.replication.fs.CreateMode;
import org.grapevinefs.replication.fs.Created;
import org.grapevinefs.replication.fs.Device;
import org.grapevinefs.replication.fs.DirectoryChange;
import org.grapevinefs.replication.fs.DirectoryPage;
import org.grapevinefs.replication.fs.FileAcls;
import org.grapevinefs.replication.fs.OpenMode;
import org.grapevinefs.replication.fs.ReadResult;
import org.grapevinefs.replication.fs.Renamed;
import org.grapevinefs.replication.fs.SeekKind;
import org.grapevinefs.replication.fs.SetAcls;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.SpaceUsage;
import org.grapevinefs.replication.fs.Stability;
import org.grapevinefs.replication.fs.WriteResult;
import org.grapevinefs.replication.fs.XattrMode;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.fs.ZoneFileSystem;
import org.grapevinefs.replication.peer.proto.AccessCall;
import org.grapevinefs.replication.peer.proto.CopyCall;
import org.grapevinefs.replication.peer.proto.CreateCall;
import org.grapevinefs.replication.peer.proto.FileCall;
import org.grapevinefs.replication.peer.proto.LinkCall;
import org.grapevinefs.replication.peer.proto.NameCall;
import org.grapevinefs.replication.peer.proto.OpenFile;
import org.grapevinefs.replication.peer.proto.RangeCall;
import org.grapevinefs.replication.peer.proto.ReaddirCall;
import org.grapevinefs.replication.peer.proto.RenameCall;
import org.grapevinefs.replication.peer.proto.SeekCall;
import org.grapevinefs.replication.peer.proto.SetattrCall;
import org.grapevinefs.replication.peer.proto.Space;
import org.grapevinefs.replication.peer.proto.WriteCall;
import org.grapevinefs.replication.peer.proto.XattrCall;
import org.grapevinefs.replication.peer.proto.ZoneCall;
import org.grapevinefs.replication.peer.proto.ZoneReply;
import org.jspecify.annotations.Nullable;

/**
 * A zone whose members are elsewhere: every call goes to the nearest member in reach, and to the
 * next when that one goes.
 *
 * <p>Files keep their ids from member to member. Calls wait some seconds for a member and then fail
 * with DELAY. Write verifiers differ from member to member, so that clients send unstable bytes
 * again after a change. Safe for any thread.
 */
public final class RemoteZone implements ZoneFileSystem, AutoCloseable {
  private static final int SMALL = 64 << 10;
  private static final int MANY_GROUPS = 8_000;

  private final RemoteSession session;

  RemoteZone(RemoteSession session) {
    this.session = session;
  }

  /** The member in use; null while there is none. */
  public @Nullable NodeId member() {
    return session.member();
  }

  RemoteSession session() {
    return session;
  }

  private static ZoneCall.Builder call(Caller caller) {
    return ZoneCall.newBuilder().setCaller(ZoneWire.caller(caller));
  }

  private static FileCall file(FileId file) {
    return FileCall.newBuilder().setFile(ZoneWire.id(file)).build();
  }

  private static NameCall named(FileId directory, EntryName name) {
    return NameCall.newBuilder()
        .setDirectory(ZoneWire.id(directory))
        .setName(ZoneWire.name(name))
        .build();
  }

  private ZoneReply ask(ZoneCall.Builder call) throws ZoneException {
    return session.call(call, Lane.URGENT).reply();
  }

  private ZoneReply change(ZoneCall.Builder call) throws ZoneException {
    return ask(call.setOperation(session.nextOperation()));
  }

  @Override
  public Attributes getattr(Caller caller, FileId file) throws ZoneException {
    return ZoneWire.attributes(ask(call(caller).setGetattr(file(file))).getAttributes());
  }

  @Override
  public Attributes lookup(Caller caller, FileId directory, EntryName name) throws ZoneException {
    return ZoneWire.attributes(ask(call(caller).setLookup(named(directory, name))).getAttributes());
  }

  @Override
  public Attributes parent(Caller caller, FileId directory) throws ZoneException {
    return ZoneWire.attributes(ask(call(caller).setParent(file(directory))).getAttributes());
  }

  @Override
  public Attributes setattr(Caller caller, FileId file, SetAttributes attributes)
      throws ZoneException {
    SetattrCall.Builder set =
        SetattrCall.newBuilder()
            .setFile(ZoneWire.id(file))
            .setAttributes(ZoneWire.attributes(attributes));
    return ZoneWire.attributes(change(call(caller).setSetattr(set)).getAttributes());
  }

  @Override
  public int access(Caller caller, FileId file, int wanted) throws ZoneException {
    AccessCall.Builder access =
        AccessCall.newBuilder().setFile(ZoneWire.id(file)).setWanted(wanted);
    return (int) ask(call(caller).setAccess(access)).getNumber();
  }

  private static CreateCall.Builder create(FileId directory, EntryName name, SetAttributes set) {
    return CreateCall.newBuilder()
        .setDirectory(ZoneWire.id(directory))
        .setName(ZoneWire.name(name))
        .setAttributes(ZoneWire.attributes(set));
  }

  private static Created created(ZoneReply reply) {
    return new Created(
        ZoneWire.attributes(reply.getAttributes()),
        ZoneWire.change(reply.getDirectory()),
        reply.getFlag());
  }

  @Override
  public Created create(
      Caller caller, FileId directory, EntryName name, CreateMode mode, SetAttributes attributes)
      throws ZoneException {
    CreateCall.Builder create = create(directory, name, attributes);
    ZoneWire.mode(mode, create);
    return created(change(call(caller).setCreate(create)));
  }

  @Override
  public Created mkdir(Caller caller, FileId directory, EntryName name, SetAttributes attributes)
      throws ZoneException {
    return created(change(call(caller).setMkdir(create(directory, name, attributes))));
  }

  @Override
  public Created symlink(
      Caller caller, FileId directory, EntryName name, byte[] target, SetAttributes attributes)
      throws ZoneException {
    CreateCall.Builder create =
        create(directory, name, attributes).setTarget(ByteString.copyFrom(target));
    return created(change(call(caller).setSymlink(create)));
  }

  @Override
  public Created mknod(
      Caller caller,
      FileId directory,
      EntryName name,
      FileType type,
      Device device,
      SetAttributes attributes)
      throws ZoneException {
    CreateCall.Builder create =
        create(directory, name, attributes)
            .setType(ZoneWire.number(type))
            .setMajor(device.major())
            .setMinor(device.minor());
    return created(change(call(caller).setMknod(create)));
  }

  @Override
  public DirectoryChange link(Caller caller, FileId file, FileId directory, EntryName name)
      throws ZoneException {
    LinkCall.Builder link =
        LinkCall.newBuilder()
            .setFile(ZoneWire.id(file))
            .setDirectory(ZoneWire.id(directory))
            .setName(ZoneWire.name(name));
    return ZoneWire.change(change(call(caller).setLink(link)).getDirectory());
  }

  @Override
  public Renamed rename(Caller caller, FileId from, EntryName oldName, FileId to, EntryName newName)
      throws ZoneException {
    RenameCall.Builder rename =
        RenameCall.newBuilder()
            .setFrom(ZoneWire.id(from))
            .setOldName(ZoneWire.name(oldName))
            .setTo(ZoneWire.id(to))
            .setNewName(ZoneWire.name(newName));
    ZoneReply reply = change(call(caller).setRename(rename));
    return new Renamed(
        ZoneWire.change(reply.getDirectory()), ZoneWire.change(reply.getOtherDirectory()));
  }

  @Override
  public DirectoryChange remove(Caller caller, FileId directory, EntryName name)
      throws ZoneException {
    return ZoneWire.change(change(call(caller).setRemove(named(directory, name))).getDirectory());
  }

  @Override
  public DirectoryPage readdir(Caller caller, FileId directory, long cookie, int most)
      throws ZoneException {
    ReaddirCall.Builder readdir =
        ReaddirCall.newBuilder()
            .setDirectory(ZoneWire.id(directory))
            .setCookie(cookie)
            .setMost(most);
    ZoneReply reply = ask(call(caller).setReaddir(readdir));
    return new DirectoryPage(
        reply.getEntriesList().stream().map(ZoneWire::entry).toList(), reply.getFlag());
  }

  @Override
  public byte[] readlink(Caller caller, FileId link) throws ZoneException {
    return ask(call(caller).setReadlink(file(link))).getData().toByteArray();
  }

  @Override
  public void opened(FileId file, OpenMode mode) throws ZoneException {
    OpenFile open = session.opens().change(file, mode, 1);
    try {
      ask(call(Caller.SYSTEM).setOpen(open));
    } catch (ZoneException e) {
      session.opens().change(file, mode, -1);
      throw e;
    }
  }

  /** Told to the member; if none is in reach, it hears so when one attaches. */
  @Override
  public void closed(FileId file, OpenMode mode) {
    OpenFile open = session.opens().change(file, mode, -1);
    try {
      ask(call(Caller.SYSTEM).setOpen(open));
    } catch (ZoneException e) {
      session.connectionsChanged();
    }
  }

  private static RangeCall range(FileId file, long offset, long length) {
    return RangeCall.newBuilder()
        .setFile(ZoneWire.id(file))
        .setOffset(offset)
        .setLength(length)
        .build();
  }

  @Override
  public ReadResult read(Caller caller, FileId file, long offset, int length) throws ZoneException {
    ByteBuffer all = null;
    int done = 0;
    while (true) {
      int piece = Math.min(length - done, PeerLimits.MAX_DATA);
      ZoneCall.Builder call = call(caller).setRead(range(file, offset + done, piece));
      ZoneReply reply = session.call(call, piece > SMALL ? Lane.BULK : Lane.URGENT).reply();
      ByteBuffer data = reply.getData().asReadOnlyByteBuffer();
      boolean end = reply.getFlag();
      if (all == null && (end || piece == length)) {
        return new ReadResult(data, end);
      }
      if (all == null) {
        all = ByteBuffer.allocate(length);
      }
      done += data.remaining();
      all.put(data);
      if (end || done >= length || reply.getData().isEmpty()) {
        return new ReadResult(all.flip(), end);
      }
    }
  }

  @Override
  public WriteResult write(
      Caller caller, FileId file, long offset, ByteBuffer data, Stability stability)
      throws ZoneException {
    int most = caller.groups().size() > MANY_GROUPS ? PeerLimits.MAX_DATA / 2 : PeerLimits.MAX_DATA;
    int piece = Math.min(data.remaining(), most);
    WriteCall.Builder write =
        WriteCall.newBuilder()
            .setFile(ZoneWire.id(file))
            .setOffset(offset)
            .setData(ByteString.copyFrom(data.slice(data.position(), piece)))
            .setStability(ZoneWire.number(stability));
    RemoteSession.Reply answer =
        session.call(call(caller).setWrite(write), piece > SMALL ? Lane.BULK : Lane.URGENT);
    ZoneReply reply = answer.reply();
    int count = (int) Math.clamp(reply.getNumber(), 0L, piece);
    data.position(data.position() + count);
    return new WriteResult(
        count,
        ZoneWire.constant(Stability.class, reply.getStability()),
        verifier(reply, answer.member()));
  }

  private static long verifier(ZoneReply reply, NodeId member) {
    return reply.getVerifier() ^ ByteBuffer.wrap(member.toBytes()).getLong();
  }

  @Override
  public long commit(Caller caller, FileId file, long offset, long length) throws ZoneException {
    ZoneCall.Builder call = call(caller).setCommit(range(file, offset, length));
    RemoteSession.Reply answer = session.call(call, Lane.URGENT);
    return verifier(answer.reply(), answer.member());
  }

  @Override
  public void allocate(Caller caller, FileId file, long offset, long length) throws ZoneException {
    change(call(caller).setAllocate(range(file, offset, length)));
  }

  @Override
  public void deallocate(Caller caller, FileId file, long offset, long length)
      throws ZoneException {
    change(call(caller).setDeallocate(range(file, offset, length)));
  }

  @Override
  public long seek(Caller caller, FileId file, long offset, SeekKind kind) throws ZoneException {
    SeekCall.Builder seek =
        SeekCall.newBuilder()
            .setFile(ZoneWire.id(file))
            .setOffset(offset)
            .setHole(kind == SeekKind.HOLE);
    return ask(call(caller).setSeek(seek)).getNumber();
  }

  private static CopyCall copying(
      FileId from, long fromOffset, FileId to, long toOffset, long length) {
    return CopyCall.newBuilder()
        .setFrom(ZoneWire.id(from))
        .setFromOffset(fromOffset)
        .setTo(ZoneWire.id(to))
        .setToOffset(toOffset)
        .setLength(length)
        .build();
  }

  @Override
  public long copy(
      Caller caller, FileId from, long fromOffset, FileId to, long toOffset, long length)
      throws ZoneException {
    CopyCall copy = copying(from, fromOffset, to, toOffset, length);
    return change(call(caller).setCopy(copy)).getNumber();
  }

  @Override
  public void cloneRange(
      Caller caller, FileId from, long fromOffset, FileId to, long toOffset, long length)
      throws ZoneException {
    change(call(caller).setClone(copying(from, fromOffset, to, toOffset, length)));
  }

  private static XattrCall.Builder xattr(FileId file, String name) {
    return XattrCall.newBuilder().setFile(ZoneWire.id(file)).setName(name);
  }

  @Override
  public byte[] getXattr(Caller caller, FileId file, String name) throws ZoneException {
    return ask(call(caller).setGetXattr(xattr(file, name))).getData().toByteArray();
  }

  @Override
  public DirectoryChange setXattr(
      Caller caller, FileId file, String name, byte[] value, XattrMode mode) throws ZoneException {
    XattrCall.Builder set =
        xattr(file, name).setValue(ByteString.copyFrom(value)).setMode(ZoneWire.number(mode));
    return ZoneWire.change(change(call(caller).setSetXattr(set)).getDirectory());
  }

  @Override
  public List<String> listXattrs(Caller caller, FileId file) throws ZoneException {
    return List.copyOf(ask(call(caller).setListXattrs(file(file))).getNamesList());
  }

  @Override
  public DirectoryChange removeXattr(Caller caller, FileId file, String name) throws ZoneException {
    return ZoneWire.change(change(call(caller).setRemoveXattr(xattr(file, name))).getDirectory());
  }

  @Override
  public FileAcls getAcls(Caller caller, FileId file) throws ZoneException {
    return ZoneWire.access(ask(call(caller).setGetAccess(file(file))).getAccess());
  }

  @Override
  public Attributes setAcls(Caller caller, FileId file, SetAcls acls) throws ZoneException {
    ZoneReply reply = change(call(caller).setSetAccess(ZoneWire.access(file, acls)));
    return ZoneWire.attributes(reply.getAttributes());
  }

  @Override
  public SpaceUsage statfs(Caller caller) throws ZoneException {
    Space space = ask(call(caller).setStatfs(file(FileId.ROOT))).getSpace();
    return new SpaceUsage(
        space.getTotalBytes(), space.getFreeBytes(), space.getTotalFiles(), space.getFreeFiles());
  }

  @Override
  public AutoCloseable listen(ChangeListener listener) {
    session.listeners().add(listener);
    return () -> session.listeners().remove(listener);
  }

  /** Lets go of the member; calls fail from now on. */
  @Override
  public void close() {
    session.close();
  }
}
