// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.grapevinefs.replication.core.AccessControlList;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Knowledge;
import org.grapevinefs.replication.core.Origin;
import org.grapevinefs.replication.core.Timestamp;
import org.grapevinefs.replication.fs.Attributes;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.CreateMode;
import org.grapevinefs.replication.fs.Device;
import org.grapevinefs.replication.fs.DirectoryChange;
import org.grapevinefs.replication.fs.DirectoryPage;
import org.grapevinefs.replication.fs.FileAcls;
import org.grapevinefs.replication.fs.SetAcls;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.SetAttributes.SetTime;
import org.grapevinefs.replication.peer.proto.Change;
import org.grapevinefs.replication.peer.proto.CreateCall;
import org.grapevinefs.replication.peer.proto.Entry;
import org.grapevinefs.replication.peer.proto.FileAccess;
import org.grapevinefs.replication.peer.proto.FileAttributes;
import org.grapevinefs.replication.peer.proto.KnownOrigin;
import org.grapevinefs.replication.peer.proto.NewAttributes;
import org.grapevinefs.replication.peer.proto.SetAccessCall;
import org.grapevinefs.replication.peer.proto.Time;

/**
 * The values of calls on zones as they travel. What comes in is checked: a bad value is an {@link
 * IllegalArgumentException}.
 */
final class ZoneWire {

  private ZoneWire() {}

  static ByteString id(FileId id) {
    return ByteString.copyFrom(id.toBytes());
  }

  static FileId id(ByteString bytes) {
    return FileId.of(bytes.toByteArray());
  }

  static ByteString name(EntryName name) {
    return ByteString.copyFrom(name.toBytes());
  }

  static EntryName name(ByteString bytes) {
    return EntryName.of(bytes.toByteArray());
  }

  /** The number of an enum constant on the wire: its place, which a test pins. */
  @SuppressWarnings("EnumOrdinal")
  static int number(Enum<?> constant) {
    return constant.ordinal();
  }

  static boolean isConstant(Class<? extends Enum<?>> type, int number) {
    return number >= 0 && number < type.getEnumConstants().length;
  }

  /** The enum constant with this number. */
  static <E extends Enum<E>> E constant(Class<E> type, int number) {
    E[] all = type.getEnumConstants();
    if (number < 0 || number >= all.length) {
      throw new IllegalArgumentException("no such " + type.getSimpleName() + ": " + number);
    }
    return all[number];
  }

  static org.grapevinefs.replication.peer.proto.Caller caller(Caller caller) {
    return org.grapevinefs.replication.peer.proto.Caller.newBuilder()
        .setUid(caller.uid())
        .setGid(caller.gid())
        .addAllGroups(caller.groups())
        .setReadOnly(caller.readOnly())
        .setViaOpen(caller.viaOpen())
        .build();
  }

  static Caller caller(org.grapevinefs.replication.peer.proto.Caller caller) {
    Set<Integer> groups = new HashSet<>(caller.getGroupsList());
    return new Caller(
        caller.getUid(), caller.getGid(), groups, caller.getReadOnly(), caller.getViaOpen());
  }

  static Time time(Timestamp time) {
    return Time.newBuilder().setSeconds(time.seconds()).setNanos(time.nanos()).build();
  }

  static Timestamp time(Time time) {
    return new Timestamp(time.getSeconds(), time.getNanos());
  }

  private static org.grapevinefs.replication.peer.proto.SetTime setTime(SetTime time) {
    var wire = org.grapevinefs.replication.peer.proto.SetTime.newBuilder();
    switch (time) {
      case SetTime.Now now -> {}
      case SetTime.Given given -> wire.setGiven(time(given.time()));
    }
    return wire.build();
  }

  private static SetTime setTime(org.grapevinefs.replication.peer.proto.SetTime time) {
    return time.hasGiven() ? new SetTime.Given(time(time.getGiven())) : new SetTime.Now();
  }

  static NewAttributes attributes(SetAttributes set) {
    NewAttributes.Builder wire = NewAttributes.newBuilder();
    Integer mode = set.mode();
    if (mode != null) {
      wire.setMode(mode);
    }
    Integer uid = set.uid();
    if (uid != null) {
      wire.setUid(uid);
    }
    Integer gid = set.gid();
    if (gid != null) {
      wire.setGid(gid);
    }
    Long size = set.size();
    if (size != null) {
      wire.setSize(size);
    }
    SetTime accessed = set.accessed();
    if (accessed != null) {
      wire.setAccessed(setTime(accessed));
    }
    SetTime modified = set.modified();
    if (modified != null) {
      wire.setModified(setTime(modified));
    }
    Integer unmasked = set.unmasked();
    if (unmasked != null) {
      wire.setUnmasked(unmasked);
    }
    return wire.build();
  }

  static SetAttributes attributes(NewAttributes wire) {
    return new SetAttributes(
        wire.hasMode() ? (Integer) wire.getMode() : null,
        wire.hasUid() ? (Integer) wire.getUid() : null,
        wire.hasGid() ? (Integer) wire.getGid() : null,
        wire.hasSize() ? (Long) wire.getSize() : null,
        wire.hasAccessed() ? setTime(wire.getAccessed()) : null,
        wire.hasModified() ? setTime(wire.getModified()) : null,
        wire.hasUnmasked() ? (Integer) wire.getUnmasked() : null);
  }

  static FileAttributes attributes(Attributes a) {
    return FileAttributes.newBuilder()
        .setId(id(a.id()))
        .setType(number(a.type()))
        .setMode(a.mode())
        .setLinks(a.links())
        .setUid(a.uid())
        .setGid(a.gid())
        .setSize(a.size())
        .setUsed(a.used())
        .setMajor(a.device().major())
        .setMinor(a.device().minor())
        .setAccessed(time(a.accessed()))
        .setModified(time(a.modified()))
        .setChanged(time(a.changed()))
        .setCreated(time(a.created()))
        .setChange(a.change())
        .build();
  }

  static Attributes attributes(FileAttributes a) {
    return new Attributes(
        id(a.getId()),
        constant(FileType.class, a.getType()),
        a.getMode(),
        a.getLinks(),
        a.getUid(),
        a.getGid(),
        a.getSize(),
        a.getUsed(),
        device(a.getMajor(), a.getMinor()),
        time(a.getAccessed()),
        time(a.getModified()),
        time(a.getChanged()),
        time(a.getCreated()),
        a.getChange());
  }

  static Device device(int major, int minor) {
    return major == 0 && minor == 0 ? Device.NONE : new Device(major, minor);
  }

  static FileAccess access(FileAcls acls) {
    AccessControlList defaults = acls.defaults();
    FileAccess.Builder wire = FileAccess.newBuilder().setAccess(list(acls.access()));
    if (defaults != null) {
      wire.setDefaults(list(defaults));
    }
    return wire.build();
  }

  static FileAcls access(FileAccess wire) {
    return new FileAcls(
        list(wire.getAccess()), wire.getDefaults().isEmpty() ? null : list(wire.getDefaults()));
  }

  private static ByteString list(AccessControlList list) {
    return ByteString.copyFrom(list.encode().toArray());
  }

  private static AccessControlList list(ByteString bytes) {
    return AccessControlList.decode(Bytes.of(bytes.toByteArray()));
  }

  static SetAccessCall access(FileId file, SetAcls set) {
    SetAccessCall.Builder wire = SetAccessCall.newBuilder().setFile(id(file));
    SetAcls.Choice access = set.access();
    if (access != null) {
      wire.setAccess(choice(access));
    }
    SetAcls.Choice defaults = set.defaults();
    if (defaults != null) {
      wire.setDefaults(choice(defaults));
    }
    return wire.build();
  }

  static SetAcls access(SetAccessCall wire) {
    return new SetAcls(
        wire.hasAccess() ? choice(wire.getAccess()) : null,
        wire.hasDefaults() ? choice(wire.getDefaults()) : null);
  }

  private static ByteString choice(SetAcls.Choice choice) {
    return switch (choice) {
      case SetAcls.Choice.None none -> ByteString.EMPTY;
      case SetAcls.Choice.Given given -> list(given.list());
    };
  }

  private static SetAcls.Choice choice(ByteString bytes) {
    return bytes.isEmpty() ? new SetAcls.Choice.None() : new SetAcls.Choice.Given(list(bytes));
  }

  static Change change(DirectoryChange change) {
    return Change.newBuilder().setBefore(change.before()).setAfter(change.after()).build();
  }

  static DirectoryChange change(Change change) {
    return new DirectoryChange(change.getBefore(), change.getAfter());
  }

  static CreateMode mode(CreateCall call) {
    return switch (call.getMode()) {
      case UNCHECKED -> new CreateMode.Unchecked();
      case GUARDED -> new CreateMode.Guarded();
      case EXCLUSIVE -> new CreateMode.Exclusive(call.getVerifier());
      case UNRECOGNIZED -> throw new IllegalArgumentException("no such create mode");
    };
  }

  static void mode(CreateMode mode, CreateCall.Builder call) {
    switch (mode) {
      case CreateMode.Unchecked unchecked -> call.setMode(CreateCall.Mode.UNCHECKED);
      case CreateMode.Guarded guarded -> call.setMode(CreateCall.Mode.GUARDED);
      case CreateMode.Exclusive exclusive ->
          call.setMode(CreateCall.Mode.EXCLUSIVE).setVerifier(exclusive.verifier());
    }
  }

  static Entry entry(DirectoryPage.Entry entry) {
    return Entry.newBuilder()
        .setName(name(entry.name()))
        .setCookie(entry.cookie())
        .setAttributes(attributes(entry.attributes()))
        .build();
  }

  static DirectoryPage.Entry entry(Entry entry) {
    return new DirectoryPage.Entry(
        name(entry.getName()), entry.getCookie(), attributes(entry.getAttributes()));
  }

  /** The entries of {@code now} that {@code told} lacks. */
  static List<KnownOrigin> known(Knowledge now, Knowledge told) {
    if (told.digest() == now.digest() && told.sum() == now.sum()) {
      return List.of();
    }
    List<KnownOrigin> news = new ArrayList<>();
    now.asMap()
        .forEach((origin, seq) -> {
          if (told.get(origin) < seq) {
            news.add(KnownOrigin.newBuilder().setOrigin(origin.value()).setSeq(seq).build());
          }
        });
    return news;
  }

  static Knowledge known(List<KnownOrigin> wire) {
    if (wire.isEmpty()) {
      return Knowledge.NONE;
    }
    Map<Origin, Long> entries = new HashMap<>();
    wire.forEach(known -> entries.merge(new Origin(known.getOrigin()), known.getSeq(), Math::max));
    return Knowledge.of(entries);
  }
}
