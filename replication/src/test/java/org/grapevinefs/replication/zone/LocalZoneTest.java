// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Knowledge;
import org.grapevinefs.replication.core.Timestamp;
import org.grapevinefs.replication.fs.Attributes;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.CreateMode;
import org.grapevinefs.replication.fs.Created;
import org.grapevinefs.replication.fs.Device;
import org.grapevinefs.replication.fs.DirectoryPage;
import org.grapevinefs.replication.fs.OpenMode;
import org.grapevinefs.replication.fs.ReadResult;
import org.grapevinefs.replication.fs.Renamed;
import org.grapevinefs.replication.fs.SeekKind;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.SetAttributes.SetTime;
import org.grapevinefs.replication.fs.Stability;
import org.grapevinefs.replication.fs.XattrMode;
import org.grapevinefs.replication.fs.ZoneError;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.fs.ZoneFileSystem;
import org.grapevinefs.replication.volume.DirectoryVolume;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A zone on a plain folder, as a file system. */
final class LocalZoneTest {

  private static final Caller ROOT = Caller.of(0, 0);
  private static final Caller ANNA = Caller.of(1000, 100);
  private static final Caller BERT = Caller.of(1001, 100);

  @TempDir Path folder;
  private ZoneFolder home;
  private LocalZone zone;

  @BeforeEach
  void open() throws Exception {
    home = new ZoneFolder(new DirectoryVolume(folder), "a");
    zone = home.open(ZoneSettings.DEFAULT.withQuota(1 << 20));
    zone.setattr(ROOT, FileId.ROOT, SetAttributes.mode(0777));
  }

  @AfterEach
  void close() throws IOException {
    zone.close();
  }

  @Test
  void create_thenWriteAndRead_givesTheBytesBackAndShowsThemOnDisk() throws Exception {
    FileId file = create("report").id();
    write(file, 0, "hello");
    zone.closed(file, OpenMode.WRITE);
    assertThat(read(file)).isEqualTo("hello");
    assertThat(zone.getattr(ANNA, file).size()).isEqualTo(5);
    assertThat(Files.readString(home.files().resolve("report"))).isEqualTo("hello");
  }

  @Test
  void create_guardedTwice_saysExist() throws Exception {
    create("a");
    refused(ZoneError.EXIST, () -> create("a"));
  }

  @Test
  void create_uncheckedTwice_findsAndCutsIt() throws Exception {
    FileId file = create("a").id();
    write(file, 0, "hello");
    SetAttributes cut = new SetAttributes(0600, null, null, 0L, null, null);
    Created again = zone.create(ANNA, FileId.ROOT, name("a"), new CreateMode.Unchecked(), cut);
    assertThat(again.fresh()).isFalse();
    assertThat(again.attributes().id()).isEqualTo(file);
    assertThat(again.attributes().size()).isZero();
    assertThat(again.attributes().mode()).isEqualTo(0644);
  }

  @Test
  void create_uncheckedWithAnotherSize_leavesTheFileAsItIs() throws Exception {
    FileId file = create("a").id();
    write(file, 0, "hello");
    SetAttributes grow = new SetAttributes(0600, null, null, 9L, null, null);
    Created again = zone.create(ANNA, FileId.ROOT, name("a"), new CreateMode.Unchecked(), grow);
    assertThat(again.attributes().size()).isEqualTo(5);
  }

  @Test
  void create_exclusiveRepeated_findsItsOwnFileOnly() throws Exception {
    Created first = exclusive(7);
    assertThat(exclusive(7).attributes().id()).isEqualTo(first.attributes().id());
    assertThat(zone.listXattrs(ANNA, first.attributes().id())).isEmpty();
    refused(ZoneError.EXIST, () -> exclusive(8));
  }

  private Created exclusive(long verifier) throws ZoneException {
    CreateMode mode = new CreateMode.Exclusive(verifier);
    return zone.create(ANNA, FileId.ROOT, name("x"), mode, SetAttributes.NONE);
  }

  @Test
  void lookup_missingNameOrNoDirectory_isRefused() throws Exception {
    FileId file = create("a").id();
    refused(ZoneError.NOENT, () -> zone.lookup(ANNA, FileId.ROOT, name("none")));
    refused(ZoneError.NOTDIR, () -> zone.lookup(ANNA, file, name("none")));
    refused(ZoneError.STALE, () -> zone.getattr(ANNA, new FileId(1, 2)));
  }

  @Test
  void mkdir_countsLinksAndKnowsItsParent() throws Exception {
    FileId top = mkdir(FileId.ROOT, "top");
    FileId below = mkdir(top, "below");
    assertThat(zone.getattr(ANNA, top).links()).isEqualTo(3);
    assertThat(zone.parent(ANNA, below).id()).isEqualTo(top);
    refused(ZoneError.NOENT, () -> zone.parent(ANNA, FileId.ROOT));
    refused(ZoneError.NOTEMPTY, () -> zone.remove(ANNA, FileId.ROOT, name("top")));
    zone.remove(ANNA, top, name("below"));
    zone.remove(ANNA, FileId.ROOT, name("top"));
    refused(ZoneError.STALE, () -> zone.getattr(ANNA, top));
    assertThat(home.files()).isEmptyDirectory();
  }

  @Test
  void symlinkAndNodes_keepWhatTheyWereMadeWith() throws Exception {
    FileId link =
        zone.symlink(ANNA, FileId.ROOT, name("l"), bytes("../x"), SetAttributes.NONE)
            .attributes()
            .id();
    assertThat(new String(zone.readlink(ANNA, link), StandardCharsets.UTF_8)).isEqualTo("../x");
    assertThat(zone.getattr(ANNA, link).size()).isEqualTo(4);
    refused(ZoneError.SYMLINK, () -> zone.read(ANNA, link, 0, 1));
    Attributes node =
        zone.mknod(
                ROOT,
                FileId.ROOT,
                name("n"),
                FileType.CHARACTER_DEVICE,
                new Device(1, 3),
                SetAttributes.mode(0600))
            .attributes();
    assertThat(node.device()).isEqualTo(new Device(1, 3));
    refused(ZoneError.PERM, () -> node(ANNA, FileType.BLOCK_DEVICE, "m"));
    assertThat(node(ANNA, FileType.FIFO, "f").type()).isEqualTo(FileType.FIFO);
  }

  private Attributes node(Caller caller, FileType type, String name) throws ZoneException {
    return zone.mknod(caller, FileId.ROOT, name(name), type, Device.NONE, SetAttributes.mode(0600))
        .attributes();
  }

  @Test
  void link_thenRemoveTheFirst_leavesTheSecond() throws Exception {
    FileId file = create("a").id();
    write(file, 0, "x");
    zone.link(ANNA, file, FileId.ROOT, name("b"));
    assertThat(zone.getattr(ANNA, file).links()).isEqualTo(2);
    zone.remove(ANNA, FileId.ROOT, name("a"));
    assertThat(zone.getattr(ANNA, file).links()).isEqualTo(1);
    assertThat(read(file)).isEqualTo("x");
    assertThat(home.files().resolve("a")).doesNotExist();
    refused(ZoneError.ISDIR, () -> zone.link(ANNA, FileId.ROOT, FileId.ROOT, name("c")));
  }

  @Test
  void link_oneTooMany_isRefusedAndLeavesNothingOnDisk() throws Exception {
    FileId file = create("a").id();
    FileId directory = mkdir(FileId.ROOT, "links");
    for (int i = 1; i < ZoneFileSystem.MOST_LINKS; i++) {
      zone.link(ANNA, file, directory, name("l" + i));
    }
    refused(ZoneError.MLINK, () -> zone.link(ANNA, file, directory, name("more")));
    assertThat(home.files().resolve("links/more")).doesNotExist();
    assertThat(zone.getattr(ANNA, file).links()).isEqualTo(ZoneFileSystem.MOST_LINKS);
    zone.remove(ANNA, directory, name("l1"));
    zone.link(ANNA, file, directory, name("more"));
  }

  @Test
  void rename_overAFile_replacesItAndTellsBothDirectories() throws Exception {
    FileId top = mkdir(FileId.ROOT, "top");
    FileId moved = create("a").id();
    write(moved, 0, "new");
    zone.create(ANNA, top, name("b"), new CreateMode.Guarded(), SetAttributes.mode(0644));
    Renamed renamed = zone.rename(ANNA, FileId.ROOT, name("a"), top, name("b"));
    assertThat(renamed.from().after()).isGreaterThan(renamed.from().before());
    assertThat(renamed.to().after()).isGreaterThan(renamed.to().before());
    assertThat(zone.lookup(ANNA, top, name("b")).id()).isEqualTo(moved);
    assertThat(read(moved)).isEqualTo("new");
    assertThat(Files.readString(home.files().resolve("top/b"))).isEqualTo("new");
  }

  @Test
  void rename_ofWrongKindsOrIntoItself_isRefused() throws Exception {
    FileId top = mkdir(FileId.ROOT, "top");
    create("a");
    FileId below = mkdir(top, "below");
    refused(
        ZoneError.ISDIR, () -> zone.rename(ANNA, FileId.ROOT, name("a"), FileId.ROOT, name("top")));
    refused(
        ZoneError.NOTDIR,
        () -> zone.rename(ANNA, FileId.ROOT, name("top"), FileId.ROOT, name("a")));
    refused(ZoneError.INVAL, () -> zone.rename(ANNA, FileId.ROOT, name("top"), below, name("in")));
    refused(
        ZoneError.NOENT, () -> zone.rename(ANNA, FileId.ROOT, name("no"), FileId.ROOT, name("a")));
  }

  @Test
  void rename_directory_keepsWhatIsInIt() throws Exception {
    FileId top = mkdir(FileId.ROOT, "top");
    FileId file = createIn(top, "f");
    write(file, 0, "x");
    zone.rename(ANNA, FileId.ROOT, name("top"), FileId.ROOT, name("other"));
    write(file, 1, "y");
    assertThat(read(file)).isEqualTo("xy");
    assertThat(Files.readString(home.files().resolve("other/f"))).isEqualTo("xy");
  }

  @Test
  void remove_openFile_staysReadableUntilClosed() throws Exception {
    FileId file = create("a").id();
    zone.opened(file, OpenMode.BOTH);
    write(file, 0, "hello");
    zone.remove(ANNA, FileId.ROOT, name("a"));
    assertThat(read(file)).isEqualTo("hello");
    write(file, 5, "!");
    assertThat(read(file)).isEqualTo("hello!");
    assertThat(zone.getattr(ANNA, file).links()).isZero();
    zone.closed(file, OpenMode.BOTH);
    refused(ZoneError.STALE, () -> zone.read(ANNA, file, 0, 10));
  }

  @Test
  void readdir_inPages_givesEachEntryOnceThoughOthersComeAndGo() throws Exception {
    for (int i = 0; i < 100; i++) {
      create("stays-" + i);
      create("goes-" + i);
    }
    List<String> seen = new ArrayList<>();
    long cookie = 0;
    boolean end = false;
    for (int page = 0; !end; page++) {
      DirectoryPage listed = zone.readdir(ANNA, FileId.ROOT, cookie, 7);
      for (DirectoryPage.Entry entry : listed.entries()) {
        seen.add(entry.name().toString());
        cookie = entry.cookie();
      }
      end = listed.end();
      if (page < 100) {
        zone.remove(ANNA, FileId.ROOT, name("goes-" + page));
        create("comes-" + page);
      }
    }
    List<String> stayed = seen.stream().filter(name -> name.startsWith("stays-")).toList();
    assertThat(stayed).hasSize(100).doesNotHaveDuplicates();
    assertThat(seen).doesNotHaveDuplicates();
  }

  @Test
  void write_overTheQuota_isRefusedAtOnceAndFreeAgainAfterRemove() throws Exception {
    FileId file = create("a").id();
    zone.write(ANNA, file, 0, ByteBuffer.allocate(1 << 20), Stability.UNSTABLE);
    refused(ZoneError.DQUOT, () -> write(file, 1 << 20, "x"));
    refused(ZoneError.DQUOT, () -> create("b"));
    refused(ZoneError.FBIG, () -> zone.setattr(ANNA, file, SetAttributes.size((1L << 20) + 1)));
    write(file, 0, "in place");
    assertThat(zone.statfs(ANNA).freeBytes()).isZero();
    zone.closed(file, OpenMode.WRITE);
    zone.remove(ANNA, FileId.ROOT, name("a"));
    assertThat(zone.statfs(ANNA).freeBytes()).isEqualTo(1 << 20);
    create("b");
  }

  @Test
  void write_farBeyondTheQuota_isRefusedAndTakesNoRoom() throws Exception {
    FileId file = create("a").id();
    for (int bits = 21; bits < 62; bits++) {
      long far = (1L << bits) + 5;
      refused(ZoneError.DQUOT, () -> write(file, far, "far"));
      refused(ZoneError.FBIG, () -> zone.allocate(ANNA, file, far, 10));
    }
    assertThat(zone.getattr(ANNA, file).size()).isZero();
    assertThat(zone.statfs(ANNA).freeBytes()).isEqualTo(1 << 20);
  }

  @Test
  void allocate_moreThanIsLeft_isRefused() throws Exception {
    FileId first = create("a").id();
    FileId second = create("b").id();
    zone.allocate(ANNA, first, 0, 1 << 19);
    refused(ZoneError.DQUOT, () -> zone.allocate(ANNA, second, 0, (1 << 19) + 1));
    zone.allocate(ANNA, second, 0, 1 << 19);
    refused(ZoneError.DQUOT, () -> zone.allocate(ANNA, second, 1 << 19, 1));
    // What is there already takes no room.
    zone.allocate(ANNA, second, 0, 1 << 19);
  }

  @Test
  void used_ofAFileWithHoles_countsThemNeitherBeforeItsVersionNorAfter() throws Exception {
    FileId file = create("a").id();
    write(file, 900_000, "x");
    assertThat(zone.getattr(ANNA, file).used()).isBetween(1L, 100_000L);
    zone.commit(ANNA, file, 0, 0);
    assertThat(zone.getattr(ANNA, file).used()).isBetween(1L, 100_000L);
  }

  @Test
  void madeThing_wasNotChangedBeforeItWasMade() throws Exception {
    for (int i = 0; i < 100; i++) {
      Attributes made =
          zone.symlink(ANNA, FileId.ROOT, name("l" + i), bytes("to"), SetAttributes.NONE)
              .attributes();
      assertThat(made.changed()).isGreaterThanOrEqualTo(made.created());
      assertThat(made.changed()).isGreaterThanOrEqualTo(made.modified());
    }
  }

  @Test
  void setattr_times_holdUntilTheNextWrite() throws Exception {
    FileId file = create("a").id();
    write(file, 0, "x");
    Timestamp then = new Timestamp(1_000_000, 5);
    SetTime given = new SetTime.Given(then);
    Attributes set =
        zone.setattr(ANNA, file, new SetAttributes(null, null, null, null, given, given));
    assertThat(set.modified()).isEqualTo(then);
    assertThat(set.accessed()).isEqualTo(then);
    zone.commit(ANNA, file, 0, 0);
    assertThat(zone.getattr(ANNA, file).modified()).isEqualTo(then);
    write(file, 0, "y");
    assertThat(zone.getattr(ANNA, file).modified()).isGreaterThan(then);
  }

  @Test
  void setattr_size_cutsAndLengthensWithZeros() throws Exception {
    FileId file = create("a").id();
    write(file, 0, "hello");
    zone.setattr(ANNA, file, SetAttributes.size(2));
    zone.setattr(ANNA, file, SetAttributes.size(4));
    assertThat(read(file)).isEqualTo("he\0\0");
    refused(ZoneError.ISDIR, () -> zone.setattr(ROOT, FileId.ROOT, SetAttributes.size(2)));
  }

  @Test
  void setattr_byOthers_isRefusedAsPosixSays() throws Exception {
    FileId file = create("a").id();
    refused(ZoneError.PERM, () -> zone.setattr(BERT, file, SetAttributes.mode(0777)));
    refused(ZoneError.ACCES, () -> zone.setattr(BERT, file, SetAttributes.size(0)));
    SetAttributes give = new SetAttributes(null, 1001, null, null, null, null);
    refused(ZoneError.PERM, () -> zone.setattr(ANNA, file, give));
    assertThat(zone.setattr(ROOT, file, give).uid()).isEqualTo(1001);
  }

  @Test
  void write_bySomeoneElse_takesSetuidAway() throws Exception {
    FileId file = create("a").id();
    zone.setattr(ROOT, file, SetAttributes.mode(06777));
    write(file, 0, "x");
    assertThat(zone.getattr(ANNA, file).mode()).isEqualTo(0777);
  }

  @Test
  void allocate_bySomeoneOutsideTheGroup_takesSetgidAwayThoughNobodyExecutes() throws Exception {
    FileId file = create("a").id();
    zone.setattr(ROOT, file, SetAttributes.mode(06666));
    zone.allocate(BERT, file, 0, 10);
    assertThat(zone.getattr(ANNA, file).mode()).isEqualTo(02666);
    zone.allocate(Caller.of(5, 5), file, 0, 20);
    assertThat(zone.getattr(ANNA, file).mode()).isEqualTo(0666);
  }

  @Test
  void access_ofOwnerGroupAndOthers_followsTheMode() throws Exception {
    FileId file = create("a").id();
    zone.setattr(ANNA, file, SetAttributes.mode(0640));
    int all = LocalZone.ACCESS_READ | LocalZone.ACCESS_MODIFY;
    assertThat(zone.access(ANNA, file, all)).isEqualTo(all);
    assertThat(zone.access(BERT, file, all)).isEqualTo(LocalZone.ACCESS_READ);
    assertThat(zone.access(Caller.of(5, 5), file, all)).isZero();
    Caller member = new Caller(5, 5, Set.of(100), false, false);
    assertThat(zone.access(member, file, all)).isEqualTo(LocalZone.ACCESS_READ);
  }

  @Test
  void anyChange_byReadOnlyCaller_saysRofs() throws Exception {
    FileId file = create("a").id();
    Caller reader = new Caller(0, 0, Set.of(), true, true);
    refused(ZoneError.ROFS, () -> zone.remove(reader, FileId.ROOT, name("a")));
    refused(ZoneError.ROFS, () -> zone.setattr(reader, file, SetAttributes.mode(0)));
    refused(
        ZoneError.ROFS,
        () -> zone.write(reader, file, 0, ByteBuffer.allocate(1), Stability.UNSTABLE));
  }

  @Test
  void remove_fromStickyDirectory_onlyOfOnesOwn() throws Exception {
    zone.setattr(ROOT, FileId.ROOT, SetAttributes.mode(01777));
    create("a");
    refused(ZoneError.PERM, () -> zone.remove(BERT, FileId.ROOT, name("a")));
    zone.remove(ANNA, FileId.ROOT, name("a"));
  }

  @Test
  void xattrs_setReplacedListedRemoved() throws Exception {
    FileId file = create("a").id();
    zone.setXattr(ANNA, file, "k", bytes("v"), XattrMode.CREATE);
    refused(ZoneError.EXIST, () -> zone.setXattr(ANNA, file, "k", bytes("w"), XattrMode.CREATE));
    zone.setXattr(ANNA, file, "k", bytes("w"), XattrMode.REPLACE);
    assertThat(zone.getXattr(ANNA, file, "k")).isEqualTo(bytes("w"));
    assertThat(zone.listXattrs(ANNA, file)).containsExactly("k");
    zone.removeXattr(ANNA, file, "k");
    refused(ZoneError.NOXATTR, () -> zone.getXattr(ANNA, file, "k"));
  }

  @Test
  void deallocateAndSeek_findTheHole() throws Exception {
    FileId file = create("a").id();
    zone.write(ANNA, file, 0, ByteBuffer.allocate(300_000), Stability.UNSTABLE);
    zone.deallocate(ANNA, file, 65_536, 65_536);
    assertThat(zone.seek(ANNA, file, 0, SeekKind.HOLE)).isIn(65_536L, 300_000L);
    refused(ZoneError.NXIO, () -> zone.seek(ANNA, file, 300_000, SeekKind.DATA));
    zone.allocate(ANNA, file, 300_000, 100);
    assertThat(zone.getattr(ANNA, file).size()).isEqualTo(300_100);
  }

  @Test
  void copy_betweenFiles_copiesTheRange() throws Exception {
    FileId from = create("a").id();
    FileId to = create("b").id();
    write(from, 0, "0123456789");
    assertThat(zone.copy(ANNA, from, 2, to, 1, 3)).isEqualTo(3);
    assertThat(read(to)).isEqualTo("\0" + "234");
    refused(ZoneError.NOTSUPP, () -> zone.cloneRange(ANNA, from, 0, to, 0, 1));
  }

  @Test
  void change_ofFileAndDirectory_growsWithEveryChange() throws Exception {
    FileId file = create("a").id();
    long first = zone.getattr(ANNA, file).change();
    write(file, 0, "x");
    long second = zone.getattr(ANNA, file).change();
    zone.commit(ANNA, file, 0, 0);
    long third = zone.getattr(ANNA, file).change();
    write(file, 0, "y");
    assertThat(List.of(first, second, third)).isSorted();
    assertThat(second).isGreaterThan(first);
    assertThat(zone.getattr(ANNA, file).change()).isGreaterThan(third);
  }

  @Test
  void write_withoutClose_hasAVersionSoonByItself() throws Exception {
    FileId file = create("a").id();
    long before = zone.status().knowledge().sum();
    write(file, 0, "x");
    org.awaitility.Awaitility.await()
        .untilAsserted(() -> assertThat(zone.status().knowledge().sum()).isGreaterThan(before));
  }

  @Test
  void removeOfWhatIsBeingToldOf_leavesTheZoneWritable() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    CompletableFuture<Integer> telling =
        CompletableFuture.supplyAsync(() -> {
          int told = 0;
          while (!over.get()) {
            try (ZoneReplica.Answer answer = zone.answer(Knowledge.NONE, false, 0)) {
              told += answer.header().count() > 0 ? 1 : 0;
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
          return told;
        });
    for (int i = 0; i < 300; i++) {
      FileId file = create("file").id();
      write(file, 0, "some bytes");
      zone.closed(file, OpenMode.WRITE);
      zone.remove(ANNA, FileId.ROOT, name("file"));
    }
    over.set(true);
    assertThat(telling.get(60, TimeUnit.SECONDS)).isPositive();
    assertThat(zone.status().fault()).isNull();
  }

  @Test
  void commitOfAFileTakenFromTheDisk_failsAloneAndLeavesTheZoneWritable() throws Exception {
    FileId file = create("gone").id();
    write(file, 0, "some bytes");
    zone.closed(file, OpenMode.WRITE);
    zone.close();
    Files.delete(home.files().resolve("gone"));
    zone = home.open(ZoneSettings.DEFAULT);
    assertThatThrownBy(() -> zone.commit(ANNA, file, 0, 0)).isInstanceOf(ZoneException.class);
    assertThat(zone.status().fault()).isNull();
    create("another");
  }

  private Attributes create(String name) throws ZoneException {
    return zone.create(
            ANNA, FileId.ROOT, name(name), new CreateMode.Guarded(), SetAttributes.mode(0644))
        .attributes();
  }

  private FileId createIn(FileId directory, String name) throws ZoneException {
    return zone.create(
            ANNA, directory, name(name), new CreateMode.Guarded(), SetAttributes.mode(0644))
        .attributes()
        .id();
  }

  private FileId mkdir(FileId parent, String name) throws ZoneException {
    return zone.mkdir(ANNA, parent, name(name), SetAttributes.mode(0755)).attributes().id();
  }

  private void write(FileId file, long offset, String text) throws ZoneException {
    zone.write(ANNA, file, offset, ByteBuffer.wrap(bytes(text)), Stability.UNSTABLE);
  }

  private String read(FileId file) throws ZoneException {
    ReadResult result = zone.read(ANNA, file, 0, 1_000);
    return StandardCharsets.UTF_8.decode(result.data()).toString();
  }

  private static EntryName name(String text) {
    return EntryName.of(text);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void refused(ZoneError error, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(ZoneException.class, e -> assertThat(e.error()).isEqualTo(error));
  }
}
