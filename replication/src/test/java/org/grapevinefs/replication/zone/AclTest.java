// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.grapevinefs.replication.core.AccessControlList;
import org.grapevinefs.replication.core.AccessControlList.Named;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Shown;
import org.grapevinefs.replication.core.Timestamp;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.CreateMode;
import org.grapevinefs.replication.fs.Device;
import org.grapevinefs.replication.fs.SetAcls;
import org.grapevinefs.replication.fs.SetAcls.Choice;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.ZoneError;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.volume.DirectoryVolume;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Access control lists of a zone: who may do what by them, and what new files begin with. */
final class AclTest {

  private static final Caller ROOT = Caller.of(0, 0);
  private static final Caller OWNER = Caller.of(1000, 100);
  private static final int USER = 1001;
  private static final int GROUP = 200;
  private static final int OTHER_GROUP = 201;

  /** Owner rw, user 1001 rwx, group rw, group 200 r, group 201 wx, mask rw, others x. */
  private static final AccessControlList LIST =
      new AccessControlList(
          6,
          List.of(new Named(USER, 7)),
          6,
          List.of(new Named(GROUP, 4), new Named(OTHER_GROUP, 3)),
          6,
          1);

  @TempDir Path folder;
  private LocalZone zone;

  @BeforeEach
  void open() throws Exception {
    zone = new ZoneFolder(new DirectoryVolume(folder), "a").open(ZoneSettings.DEFAULT);
    zone.setattr(ROOT, FileId.ROOT, SetAttributes.mode(0777));
  }

  @AfterEach
  void close() throws IOException {
    zone.close();
  }

  private static Caller caller(int uid, int gid, Integer... groups) {
    return new Caller(uid, gid, Set.of(groups), false, false);
  }

  private FileId create(FileId directory, String name, SetAttributes set) throws ZoneException {
    return zone.create(OWNER, directory, EntryName.of(name), new CreateMode.Guarded(), set)
        .attributes()
        .id();
  }

  private FileId mkdir(FileId directory, String name, SetAttributes set) throws ZoneException {
    return zone.mkdir(OWNER, directory, EntryName.of(name), set).attributes().id();
  }

  private static SetAcls access(AccessControlList list) {
    return new SetAcls(new Choice.Given(list), null);
  }

  private static SetAcls defaults(AccessControlList list) {
    return new SetAcls(null, new Choice.Given(list));
  }

  private static SetAttributes unmasked(int mode, int umask) {
    return new SetAttributes(mode & ~umask, null, null, null, null, null, mode);
  }

  private int mode(FileId file) throws ZoneException {
    return zone.getattr(OWNER, file).mode();
  }

  private static void refused(ZoneError error, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(ZoneException.class, e -> assertThat(e.error()).isEqualTo(error));
  }

  /** The rights of a caller, asked for one by one. */
  private String rights(Caller caller, FileId file) throws ZoneException {
    int granted =
        zone.access(
            caller,
            file,
            LocalZone.ACCESS_READ | LocalZone.ACCESS_MODIFY | LocalZone.ACCESS_EXECUTE);
    return ((granted & LocalZone.ACCESS_READ) != 0 ? "r" : "-")
        + ((granted & LocalZone.ACCESS_MODIFY) != 0 ? "w" : "-")
        + ((granted & LocalZone.ACCESS_EXECUTE) != 0 ? "x" : "-");
  }

  @Test
  void access_ofEachKindOfCaller_followsTheList() throws Exception {
    FileId file = create(FileId.ROOT, "f", SetAttributes.mode(0600));
    zone.setAcls(OWNER, file, access(LIST));
    assertThat(mode(file)).isEqualTo(0661);
    assertThat(rights(OWNER, file)).isEqualTo("rw-");
    assertThat(rights(caller(USER, 5), file)).isEqualTo("rw-");
    assertThat(rights(caller(USER, 5, GROUP), file)).isEqualTo("rw-");
    assertThat(rights(caller(5, 100), file)).isEqualTo("rw-");
    assertThat(rights(caller(5, GROUP), file)).isEqualTo("r--");
    assertThat(rights(caller(5, OTHER_GROUP), file)).isEqualTo("-w-");
    assertThat(rights(caller(5, 5), file)).isEqualTo("--x");
    assertThat(rights(caller(1000, GROUP), file)).isEqualTo("rw-");
  }

  @Test
  void allows_severalRights_wantsThemFromOneGroup() {
    Caller both = caller(5, GROUP, OTHER_GROUP);
    Shown file = shown(0661, LIST.encode());
    assertThat(Permissions.allows(both, file, Permissions.READ)).isTrue();
    assertThat(Permissions.allows(both, file, Permissions.WRITE)).isTrue();
    assertThat(Permissions.allows(both, file, Permissions.READ | Permissions.WRITE)).isFalse();
    Caller three = caller(5, GROUP, OTHER_GROUP, 100);
    assertThat(Permissions.allows(three, file, Permissions.READ | Permissions.WRITE)).isTrue();
  }

  @Test
  void allows_byAListThatIsNone_followsTheMode() {
    byte[] cut = new byte[33];
    byte[] noMask = AccessControlList.of(0777).encode().toArray();
    for (byte[] bytes : List.of(cut, noMask, new byte[0])) {
      Shown file = shown(0640, Bytes.of(bytes));
      assertThat(Permissions.allows(caller(USER, 5), file, Permissions.READ)).isFalse();
      assertThat(Permissions.allows(caller(5, 100), file, Permissions.READ)).isTrue();
      assertThat(Permissions.allows(caller(5, 100), file, Permissions.WRITE)).isFalse();
    }
  }

  private static Shown shown(int mode, Bytes list) {
    Timestamp time = new Timestamp(0, 0);
    java.util.TreeMap<String, Bytes> xattrs = new java.util.TreeMap<>();
    xattrs.put(AccessControlList.ACCESS, list);
    FileId id = new FileId(1, 2);
    return new Shown(
        id, id, FileType.REGULAR, mode, 1000, 100, time, time, time, time, 0, 1, null, 1, xattrs);
  }

  @Test
  void chmod_ofAFileWithAList_setsItsMask() throws Exception {
    FileId file = create(FileId.ROOT, "f", SetAttributes.mode(0600));
    zone.setAcls(OWNER, file, access(LIST));
    zone.setattr(OWNER, file, SetAttributes.mode(0640));
    assertThat(zone.getAcls(OWNER, file).access())
        .isEqualTo(new AccessControlList(6, LIST.users(), 6, LIST.groups(), 4, 0));
    assertThat(rights(caller(USER, 5), file)).isEqualTo("r--");
    zone.setattr(OWNER, file, SetAttributes.mode(0670));
    assertThat(rights(caller(USER, 5), file)).isEqualTo("rwx");
    assertThat(rights(caller(5, 100), file)).isEqualTo("rw-");
  }

  @Test
  void setAcls_byOthersOrOfTheWrongKind_isRefused() throws Exception {
    FileId file = create(FileId.ROOT, "f", SetAttributes.mode(0666));
    zone.setAcls(ROOT, file, access(LIST));
    refused(ZoneError.PERM, () -> zone.setAcls(caller(USER, 5), file, access(LIST)));
    Caller reader = new Caller(0, 0, Set.of(), true, true);
    refused(ZoneError.ROFS, () -> zone.setAcls(reader, file, access(LIST)));
    refused(ZoneError.ACCES, () -> zone.setAcls(OWNER, file, defaults(LIST)));
    zone.setAcls(OWNER, file, new SetAcls(null, new Choice.None()));
    FileId link =
        zone.symlink(OWNER, FileId.ROOT, EntryName.of("l"), new byte[] {'x'}, SetAttributes.NONE)
            .attributes()
            .id();
    refused(ZoneError.NOTSUPP, () -> zone.setAcls(OWNER, link, access(LIST)));
  }

  @Test
  void setAcls_takesAListAwayOrGivesOneThatIsAMode() throws Exception {
    FileId file = create(FileId.ROOT, "f", SetAttributes.mode(06750));
    zone.setattr(ROOT, file, SetAttributes.mode(06750));
    zone.setAcls(OWNER, file, access(LIST));
    assertThat(mode(file)).isEqualTo(06661);
    zone.setAcls(OWNER, file, new SetAcls(new Choice.None(), null));
    assertThat(mode(file)).isEqualTo(06661);
    assertThat(zone.getAcls(OWNER, file).access()).isEqualTo(AccessControlList.of(0661));
    zone.setAcls(OWNER, file, access(LIST));
    zone.setAcls(OWNER, file, access(AccessControlList.of(0640)));
    assertThat(mode(file)).isEqualTo(06640);
    assertThat(rights(caller(USER, 5), file)).isEqualTo("---");
    assertThat(zone.listXattrs(OWNER, file)).isEmpty();
  }

  @Test
  void setAcls_sayingNothingNew_changesNothing() throws Exception {
    FileId file = create(FileId.ROOT, "f", SetAttributes.mode(0600));
    long change = zone.setAcls(OWNER, file, access(LIST)).change();
    assertThat(zone.setAcls(OWNER, file, access(LIST)).change()).isEqualTo(change);
    zone.setattr(OWNER, file, SetAttributes.mode(0600));
    assertThat(zone.setAcls(OWNER, file, access(LIST)).change()).isGreaterThan(change);
  }

  @Test
  void setAcls_byOneOutsideTheGroup_takesSetgidAway() throws Exception {
    FileId file = create(FileId.ROOT, "f", SetAttributes.mode(0600));
    zone.setattr(ROOT, file, new SetAttributes(null, null, 300, null, null, null));
    zone.setattr(ROOT, file, SetAttributes.mode(02770));
    assertThat(zone.setAcls(OWNER, file, access(LIST)).mode()).isEqualTo(0661);
  }

  @Test
  void setAcls_sayingWhatIsSo_leavesSetgidToOneOutsideTheGroup() throws Exception {
    FileId top = mkdir(FileId.ROOT, "top", SetAttributes.mode(0755));
    zone.setAcls(OWNER, top, defaults(LIST));
    zone.setattr(ROOT, top, new SetAttributes(null, null, 300, null, null, null));
    zone.setattr(ROOT, top, SetAttributes.mode(02777));
    FileId below = mkdir(top, "below", SetAttributes.mode(0777));
    SetAcls begun = access(zone.getAcls(OWNER, below).access());
    assertThat(zone.setAcls(OWNER, below, begun).mode()).isEqualTo(02661);
    SetAcls other = access(AccessControlList.of(0661));
    assertThat(zone.setAcls(OWNER, below, other).mode()).isEqualTo(0661);
  }

  @Test
  void create_inADirectoryWithADefaultList_beginsWithItWithinTheModeAndWithoutUmask()
      throws Exception {
    FileId top = mkdir(FileId.ROOT, "top", SetAttributes.mode(0755));
    zone.setAcls(OWNER, top, defaults(LIST));
    assertThat(mode(top)).isEqualTo(0755);
    FileId file = create(top, "f", unmasked(0664, 027));
    assertThat(zone.getAcls(OWNER, file).access()).isEqualTo(LIST.withMode(0660));
    assertThat(mode(file)).isEqualTo(0660);
    FileId plain = create(top, "plain", SetAttributes.mode(0640));
    assertThat(mode(plain)).isEqualTo(0640);
    assertThat(rights(caller(USER, 5), plain)).isEqualTo("r--");
    FileId below = mkdir(top, "below", unmasked(01777, 077));
    assertThat(mode(below)).isEqualTo(01661);
    assertThat(zone.getAcls(OWNER, below).defaults()).isEqualTo(LIST);
    assertThat(zone.getAcls(OWNER, below).access()).isEqualTo(LIST);
    FileId outside = create(FileId.ROOT, "f", unmasked(0664, 027));
    assertThat(mode(outside)).isEqualTo(0640);
  }

  @Test
  void makingOthers_inADirectoryWithADefaultList_givesItToAllButLinks() throws Exception {
    FileId top = mkdir(FileId.ROOT, "top", SetAttributes.mode(0755));
    zone.setAcls(OWNER, top, defaults(LIST));
    EntryName name = EntryName.of("fifo");
    SetAttributes mode = SetAttributes.mode(0666);
    FileId fifo = zone.mknod(OWNER, top, name, FileType.FIFO, Device.NONE, mode).attributes().id();
    assertThat(zone.getAcls(OWNER, fifo).access()).isEqualTo(LIST.withMode(0660));
    FileId link =
        zone.symlink(OWNER, top, EntryName.of("l"), new byte[] {'x'}, mode).attributes().id();
    assertThat(mode(link)).isEqualTo(0777);
    assertThat(zone.getAcls(OWNER, link).access().isMinimal()).isTrue();
  }

  @Test
  void defaultList_ofAModeOnly_countsInThePlaceOfTheUmask() throws Exception {
    FileId top = mkdir(FileId.ROOT, "top", SetAttributes.mode(0755));
    zone.setAcls(OWNER, top, defaults(AccessControlList.of(0770)));
    FileId file = create(top, "f", unmasked(0666, 077));
    assertThat(mode(file)).isEqualTo(0660);
    assertThat(zone.getAcls(OWNER, file).access().isMinimal()).isTrue();
    zone.setAcls(OWNER, top, new SetAcls(null, new Choice.None()));
    assertThat(mode(create(top, "g", unmasked(0666, 077)))).isEqualTo(0600);
  }

  @Test
  void exclusiveCreate_inADirectoryWithADefaultList_isFoundAgain() throws Exception {
    FileId top = mkdir(FileId.ROOT, "top", SetAttributes.mode(0755));
    zone.setAcls(OWNER, top, defaults(LIST));
    CreateMode mode = new CreateMode.Exclusive(9);
    EntryName name = EntryName.of("x");
    FileId first = zone.create(OWNER, top, name, mode, SetAttributes.NONE).attributes().id();
    assertThat(zone.create(OWNER, top, name, mode, SetAttributes.NONE).attributes().id())
        .isEqualTo(first);
    assertThat(mode(first)).isEqualTo(0600);
    @Nullable Integer mask = zone.getAcls(OWNER, first).access().mask();
    assertThat(mask).isZero();
  }
}
