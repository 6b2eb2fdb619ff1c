// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import static java.util.Comparator.comparingInt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.grapevinefs.replication.core.AccessControlList;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Knowledge;
import org.grapevinefs.replication.core.PendingContent;
import org.grapevinefs.replication.core.Timestamp;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.CreateMode;
import org.grapevinefs.replication.fs.Device;
import org.grapevinefs.replication.fs.FileAcls;
import org.grapevinefs.replication.fs.OpenMode;
import org.grapevinefs.replication.fs.SetAcls;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.Stability;
import org.grapevinefs.replication.fs.XattrMode;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.volume.Volume;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Two replicas that pull from each other in one process: what each wrote alone, both show in the
 * end.
 */
abstract class ConvergenceContract {

  private static final Caller ROOT = Caller.of(0, 0);
  private static final Duration MOST = Duration.ofSeconds(20);

  private ZoneFolder homeA;
  private ZoneFolder homeB;
  private LocalZone a;
  private LocalZone b;

  /** A fresh volume, called {@code a} or {@code b}. */
  abstract Volume volume(String name) throws IOException;

  /** Puts the volumes away. */
  void release() throws IOException {}

  @BeforeEach
  void open() throws IOException {
    homeA = new ZoneFolder(volume("a"), "anna");
    homeB = new ZoneFolder(volume("b"), "bert");
    a = homeA.open(ZoneSettings.DEFAULT);
    b = homeB.open(ZoneSettings.DEFAULT);
  }

  @AfterEach
  void close() throws IOException {
    try {
      if (a != null) {
        a.close();
      }
      if (b != null) {
        b.close();
      }
    } finally {
      release();
    }
  }

  @Test
  void filesAndFolders_madeHere_showThere() throws Exception {
    FileId top = mkdir(a, FileId.ROOT, "top");
    FileId file = write(a, top, "small", "hello");
    byte[] large = new byte[300_000];
    new java.util.Random(1).nextBytes(large);
    write(a, top, "large", large);
    a.symlink(ROOT, top, EntryName.of("link"), bytes("small"), SetAttributes.NONE);
    a.link(ROOT, file, FileId.ROOT, EntryName.of("second"));
    a.setattr(ROOT, file, SetAttributes.mode(0600));
    converge();
    assertThat(tree(homeB)).containsKeys("top/small", "top/large", "top/link", "second");
    assertThat(b.getattr(ROOT, file).links()).isEqualTo(2);
    assertThat(b.getattr(ROOT, file).mode()).isEqualTo(0600);
    assertThat(Files.readAllBytes(homeB.files().resolve("top/large"))).isEqualTo(large);
  }

  @Test
  void smallEditOfLargeFile_movesOnlyTheChangedRange() throws Exception {
    byte[] large = new byte[4 << 20];
    new java.util.Random(1).nextBytes(large);
    FileId file = write(a, FileId.ROOT, "large", large);
    converge();
    a.opened(file, OpenMode.WRITE);
    a.write(ROOT, file, 1 << 20, ByteBuffer.wrap(bytes("changed")), Stability.UNSTABLE);
    a.closed(file, OpenMode.WRITE);
    assertThat(pull(b, a)).isBetween(1L, 4_096L);
    converge();
  }

  @Test
  void renamesAndDeletes_madeHere_followThere() throws Exception {
    FileId top = mkdir(a, FileId.ROOT, "top");
    write(a, top, "x", "1");
    write(a, top, "y", "2");
    write(a, top, "z", "3");
    converge();
    a.rename(ROOT, FileId.ROOT, EntryName.of("top"), FileId.ROOT, EntryName.of("other"));
    a.remove(ROOT, top, EntryName.of("z"));
    // Two names change places.
    a.rename(ROOT, top, EntryName.of("x"), top, EntryName.of("t"));
    a.rename(ROOT, top, EntryName.of("y"), top, EntryName.of("x"));
    a.rename(ROOT, top, EntryName.of("t"), top, EntryName.of("y"));
    converge();
    assertThat(tree(homeB)).isEqualTo(tree(homeA));
    assertThat(tree(homeB)).containsEntry("other/x", "2").containsEntry("other/y", "1");
    assertThat(tree(homeB)).doesNotContainKeys("top", "other/z");
  }

  @Test
  void editsOnBothSides_bothSurviveUnderTwoNames() throws Exception {
    FileId file = write(a, FileId.ROOT, "report.txt", "base");
    converge();
    overwrite(a, file, "from a");
    overwrite(b, file, "from b");
    converge();
    assertThat(tree(homeA).values()).containsExactlyInAnyOrder("from a", "from b");
    assertThat(tree(homeA)).containsKey("report.txt");
    assertThat(a.status().counts().conflicts()).isEqualTo(1);
    assertThat(b.conflicts(10)).hasSize(1);
  }

  @Test
  void renameHereAndEditThere_simplyMerge() throws Exception {
    FileId file = write(a, FileId.ROOT, "draft", "base");
    converge();
    a.rename(ROOT, FileId.ROOT, EntryName.of("draft"), FileId.ROOT, EntryName.of("final"));
    overwrite(b, file, "edited");
    converge();
    assertThat(tree(homeA)).containsExactly(java.util.Map.entry("final", "edited"));
  }

  @Test
  void directoryRenamedHereAndFileAddedThere_endsInTheRenamedOne() throws Exception {
    FileId top = mkdir(a, FileId.ROOT, "top");
    write(a, top, "one", "1");
    converge();
    a.rename(ROOT, FileId.ROOT, EntryName.of("top"), FileId.ROOT, EntryName.of("renamed"));
    write(b, top, "two", "2");
    converge();
    assertThat(tree(homeA)).containsOnlyKeys("renamed", "renamed/one", "renamed/two");
  }

  @Test
  void directoryRemovedHereAndFileAddedThere_comesBack() throws Exception {
    FileId top = mkdir(a, FileId.ROOT, "top");
    converge();
    a.remove(ROOT, FileId.ROOT, EntryName.of("top"));
    write(b, top, "kept", "1");
    converge();
    assertThat(tree(homeA)).containsOnlyKeys("top", "top/kept");
  }

  @Test
  void sameNameMadeOnBothSides_bothShow() throws Exception {
    write(a, FileId.ROOT, "notes", "a's");
    write(b, FileId.ROOT, "notes", "b's");
    mkdir(a, FileId.ROOT, "dir");
    FileId theirs = mkdir(b, FileId.ROOT, "dir");
    write(b, theirs, "inside", "x");
    converge();
    assertThat(tree(homeA).values()).contains("a's", "b's", "x");
    assertThat(tree(homeA)).containsKeys("notes", "dir/inside");
  }

  @Test
  void removeAllThatWasListed_withConflictCopiesThatGetThePlainNameMeanwhile_leavesNothing()
      throws Exception {
    write(a, FileId.ROOT, "notes", "a's");
    write(b, FileId.ROOT, "notes", "b's");
    FileId edited = write(a, FileId.ROOT, "report", "base");
    converge();
    overwrite(a, edited, "from a");
    overwrite(b, edited, "from b");
    converge();
    List<String> listed = List.copyOf(tree(homeA).keySet());
    assertThat(listed).hasSize(4);
    for (String name : listed.stream().sorted(comparingInt(String::length)).toList()) {
      a.remove(ROOT, FileId.ROOT, EntryName.of(name));
      converge();
    }
    assertThat(tree(homeA)).isEmpty();
    assertThat(tree(homeB)).isEmpty();
  }

  @Test
  void removeHereAndEditThere_theEditLives() throws Exception {
    FileId file = write(a, FileId.ROOT, "f", "base");
    converge();
    a.remove(ROOT, FileId.ROOT, EntryName.of("f"));
    overwrite(b, file, "edited");
    converge();
    assertThat(tree(homeA)).containsEntry("f", "edited");
  }

  @Test
  void openFile_replacedByReplication_readsTheNewContent() throws Exception {
    FileId file = write(a, FileId.ROOT, "f", "old");
    converge();
    b.opened(file, OpenMode.READ);
    assertThat(text(b, file)).isEqualTo("old");
    java.util.Set<FileId> told = java.util.concurrent.ConcurrentHashMap.newKeySet();
    try (AutoCloseable listening = b.listen(told::add)) {
      assertThat(listening).isNotNull();
      overwrite(a, file, "the new one");
      converge();
    }
    assertThat(text(b, file)).isEqualTo("the new one");
    assertThat(told).contains(file);
    a.remove(ROOT, FileId.ROOT, EntryName.of("f"));
    converge();
    assertThat(text(b, file)).isEqualTo("the new one");
    assertThat(b.getattr(ROOT, file).links()).isZero();
    b.closed(file, OpenMode.READ);
  }

  @Test
  void scan_findsWhatWasDoneBehindOurBack() throws Exception {
    FileId kept = write(a, FileId.ROOT, "kept", "1");
    write(a, FileId.ROOT, "lost", "2");
    converge();
    Files.writeString(homeB.files().resolve("added"), "new");
    Files.writeString(homeB.files().resolve("kept"), "edited");
    Files.delete(homeB.files().resolve("lost"));
    ZoneReplica.ScanReport report = b.scan(ZoneReplica.Authority.DISK);
    assertThat(report.added()).isEqualTo(1);
    assertThat(report.edited()).isEqualTo(1);
    assertThat(report.missing()).isEqualTo(1);
    converge();
    assertThat(tree(homeA)).containsEntry("added", "new").containsEntry("kept", "edited");
    assertThat(tree(homeB)).containsEntry("lost", "2");
    assertThat(text(a, kept)).isEqualTo("edited");
  }

  @Test
  void scan_ofAFolderWhereAFileBecameADirectory_keepsBothOnBothMembers() throws Exception {
    write(a, FileId.ROOT, "plan", "1");
    FileId top = mkdir(a, FileId.ROOT, "top");
    write(a, top, "below", "2");
    converge();
    Files.delete(homeB.files().resolve("plan"));
    Files.createDirectory(homeB.files().resolve("plan"));
    Files.writeString(homeB.files().resolve("plan/inside"), "3");
    Files.delete(homeB.files().resolve("top/below"));
    Files.delete(homeB.files().resolve("top"));
    Files.writeString(homeB.files().resolve("top"), "4");
    b.scan(ZoneReplica.Authority.DISK);
    assertThat(b.takeWarnings())
        .hasSize(2)
        .allMatch(words -> words.contains(" is kept beside it as "));
    converge();
    assertThat(tree(homeA)).isEqualTo(tree(homeB)).hasSize(6);
    assertThat(tree(homeA)).containsEntry("plan/inside", "3").containsEntry("top", "4");
    assertThat(tree(homeA).values()).contains("1", "2");
  }

  @Test
  void attributesOfTheZonesFolder_areOnTheOthersDisksToo() throws Exception {
    a.setattr(ROOT, FileId.ROOT, SetAttributes.mode(0750));
    a.setXattr(ROOT, FileId.ROOT, "colour", bytes("red"), XattrMode.CREATE);
    converge();
    assertThat(Files.getAttribute(homeB.files(), "unix:mode")).isEqualTo(040750);
    assertThat(onDisk(homeB, ".").list()).containsExactly("colour");
    b.setattr(ROOT, FileId.ROOT, SetAttributes.mode(0700));
    converge();
    assertThat(Files.getAttribute(homeA.files(), "unix:mode")).isEqualTo(040700);
  }

  @Test
  void scan_ofAFolderWithMoreNamesThanAPage_findsWhatWasDoneToEach() throws Exception {
    FileId folder = mkdir(a, FileId.ROOT, "flat");
    for (int i = 0; i < 1_050; i++) {
      write(a, folder, "old-" + i, "x");
    }
    converge();
    Path flat = homeB.files().resolve("flat");
    for (int i = 0; i < 700; i++) {
      Files.createFile(flat.resolve("n".repeat(200) + i));
    }
    for (int i = 0; i < 30; i++) {
      Files.delete(flat.resolve("old-" + i));
    }
    ZoneReplica.ScanReport report = b.scan(ZoneReplica.Authority.DISK);
    assertThat(report.added()).isEqualTo(700);
    assertThat(report.missing()).isEqualTo(30);
    assertThat(report.edited()).isZero();
    converge();
    assertThat(tree(homeA)).isEqualTo(tree(homeB)).hasSizeGreaterThan(1_750 - 1);
    ZoneReplica.ScanReport again = b.scan(ZoneReplica.Authority.DISK);
    assertThat(again.added() + again.missing() + again.edited()).isZero();
  }

  @Test
  void xattrs_givenHere_areOnBothDisksAndThoseOnDiskAreTakenIn() throws Exception {
    FileId file = write(a, FileId.ROOT, "file", "1");
    FileId top = mkdir(a, FileId.ROOT, "top");
    a.setXattr(ROOT, file, "colour", bytes("red"), XattrMode.CREATE);
    a.setXattr(ROOT, file, "gone", bytes("soon"), XattrMode.CREATE);
    a.setXattr(ROOT, top, "of folder", bytes(""), XattrMode.CREATE);
    converge();
    a.removeXattr(ROOT, file, "gone");
    converge();
    for (ZoneFolder home : List.of(homeA, homeB)) {
      assertThat(onDisk(home, "file").list()).containsExactly("colour");
      assertThat(onDisk(home, "top").list()).containsExactly("of folder");
    }
    Files.writeString(homeB.files().resolve("added"), "new");
    onDisk(homeB, "added").write("found", ByteBuffer.wrap(bytes("here")));
    b.scan(ZoneReplica.Authority.DISK);
    converge();
    FileId added = a.lookup(ROOT, FileId.ROOT, EntryName.of("added")).id();
    assertThat(a.getXattr(ROOT, added, "found")).isEqualTo(bytes("here"));
    assertThat(onDisk(homeA, "added").list()).containsExactly("found");
  }

  @Test
  void acls_givenHere_areOnBothDisksAndThoseOnDiskAreTakenIn() throws Exception {
    AccessControlList list = list(homeB);
    FileId top = mkdir(a, FileId.ROOT, "top");
    FileId file = write(a, top, "file", "1");
    a.setAcls(ROOT, file, new SetAcls(new SetAcls.Choice.Given(list), null));
    a.setAcls(ROOT, top, new SetAcls(null, new SetAcls.Choice.Given(list)));
    write(a, top, "later", "2");
    mkdir(a, top, "below");
    // Made on another member before it hears of the default list: it gets none.
    write(b, FileId.ROOT, "alone", "3");
    converge();
    b.rename(ROOT, FileId.ROOT, EntryName.of("alone"), top, EntryName.of("alone"));
    b.mknod(ROOT, top, EntryName.of("fifo"), FileType.FIFO, Device.NONE, SetAttributes.mode(0666));
    a.setattr(ROOT, file, SetAttributes.mode(0640));
    converge();
    for (ZoneFolder home : List.of(homeA, homeB)) {
      Map<String, FileAcls> there = home.lists("top");
      assertThat(there.get("top")).isEqualTo(new FileAcls(AccessControlList.of(0755), list));
      assertThat(there.get("file")).isEqualTo(new FileAcls(list.withMode(0640), null));
      assertThat(there.get("later")).isEqualTo(new FileAcls(list.limitedTo(0644), null));
      assertThat(there.get("below")).isEqualTo(new FileAcls(list.limitedTo(0755), list));
      assertThat(there.get("fifo")).isEqualTo(new FileAcls(list.limitedTo(0666), null));
      assertThat(there.get("alone")).isEqualTo(new FileAcls(AccessControlList.of(0644), null));
    }
    b.setAcls(ROOT, file, new SetAcls(new SetAcls.Choice.None(), null));
    Files.createDirectory(homeB.files().resolve("added"));
    homeB.give("added", list.withMode(0775), list);
    Files.writeString(homeB.files().resolve("added/new"), "4");
    b.scan(ZoneReplica.Authority.DISK);
    converge();
    FileId added = a.lookup(ROOT, FileId.ROOT, EntryName.of("added")).id();
    assertThat(a.getAcls(ROOT, added)).isEqualTo(new FileAcls(list.withMode(0775), list));
    assertThat(homeA.lists("added")).isEqualTo(homeB.lists("added"));
    assertThat(homeA.lists("added"))
        .hasEntrySatisfying(
            "new", acls -> assertThat(acls.access().users()).isEqualTo(list.users()));
    assertThat(homeA.lists("top"))
        .containsEntry("file", new FileAcls(AccessControlList.of(0640), null));
  }

  private static AccessControlList list(ZoneFolder home) throws IOException {
    AccessControlList list =
        new AccessControlList(
            7,
            List.of(new AccessControlList.Named(1234, 7)),
            5,
            List.of(new AccessControlList.Named(55, 4)),
            7,
            5);
    Files.createDirectory(home.files().resolve("probe"));
    home.give("probe", list, list);
    boolean kept = new FileAcls(list, list).equals(home.lists("probe").get("probe"));
    Files.delete(home.files().resolve("probe"));
    if (!kept) {
      abort("cannot run here: the file system keeps no access control lists");
    }
    return list;
  }

  private static UserDefinedFileAttributeView onDisk(ZoneFolder home, String name) {
    Path path = home.files().resolve(name);
    return Objects.requireNonNull(
        Files.getFileAttributeView(path, UserDefinedFileAttributeView.class));
  }

  @Test
  void scan_ofWhatWasWrittenHere_findsNoEdits() throws Exception {
    write(a, FileId.ROOT, "empty", "");
    write(a, FileId.ROOT, "small", "1");
    FileId large = write(a, FileId.ROOT, "large", "x".repeat(3 << 20));
    converge();
    assertThat(a.scan(ZoneReplica.Authority.DISK).edited()).isZero();
    assertThat(b.scan(ZoneReplica.Authority.DISK).edited()).isZero();
    overwrite(a, large, "y");
    converge();
    assertThat(a.scan(ZoneReplica.Authority.DISK).edited()).isZero();
    assertThat(b.scan(ZoneReplica.Authority.DISK).edited()).isZero();
    Path file = homeA.files().resolve("large");
    Timestamp shown = a.getattr(ROOT, large).modified();
    assertThat(Files.getLastModifiedTime(file).toInstant())
        .isEqualTo(java.time.Instant.ofEpochSecond(shown.seconds(), shown.nanos()));
  }

  @Test
  void contentsThatRideAlong_whileTheSameAreBegunApart_arriveWhole() throws Exception {
    for (int i = 0; i < 400; i++) {
      write(a, FileId.ROOT, "file" + i, "the bytes of file " + i);
    }
    AtomicBoolean pulled = new AtomicBoolean();
    CompletableFuture<Integer> fetching =
        CompletableFuture.supplyAsync(() -> beginUntil(b, pulled));
    pull(b, a);
    pulled.set(true);
    fetching.get(60, TimeUnit.SECONDS);
    converge();
    assertThat(tree(homeB)).hasSize(400);
  }

  /** Begins to build what is pending, and leaves it, over and over beside a pull that brings it. */
  private static int beginUntil(LocalZone into, AtomicBoolean pulled) {
    int begun = 0;
    try {
      while (!pulled.get()) {
        for (PendingContent content : into.pending(1_000)) {
          ContentSink sink = into.stage(content);
          if (sink != null) {
            sink.close();
            begun++;
          }
        }
      }
    } catch (Exception e) {
      throw new CompletionException(e);
    }
    return begun;
  }

  // --- the network, in one process

  private void converge() throws Exception {
    for (int round = 0; round < 8; round++) {
      a.settle(MOST);
      b.settle(MOST);
      pull(a, b);
      pull(b, a);
      boolean settled = a.settle(MOST) && b.settle(MOST);
      ZoneStatus one = a.status();
      ZoneStatus other = b.status();
      boolean equal = one.knowledge().equals(other.knowledge());
      if (equal && settled && a.pending(10).isEmpty() && b.pending(10).isEmpty()) {
        assertThat(one.stateDigest()).isEqualTo(other.stateDigest());
        assertThat(tree(homeA)).isEqualTo(tree(homeB));
        return;
      }
    }
    assertThat(a.knowledge()).isEqualTo(b.knowledge());
    assertThat(a.pending(10)).isEmpty();
    assertThat(b.pending(10)).isEmpty();
  }

  /** One pull with its contents; returns the bytes fetched apart. */
  static long pull(LocalZone into, LocalZone from) throws Exception {
    take(into, from, 1 << 20);
    into.settle(MOST);
    long bytes = fetch(into, from);
    into.settle(MOST);
    return bytes;
  }

  /** One pull without the contents that do not ride along. */
  static void take(LocalZone into, LocalZone from, long inline) throws Exception {
    Knowledge asked = into.knowledge();
    try (ZoneReplica.Answer answer = from.answer(asked, false, inline);
        ZoneReplica.Pull pull = into.begin(answer.header(), asked)) {
      ZoneRecord record = answer.next();
      while (record != null) {
        pull.add(record);
        record = answer.next();
      }
      pull.commit();
    }
  }

  static long fetch(LocalZone into, LocalZone from) throws Exception {
    long bytes = 0;
    for (PendingContent content : into.pending(1_000)) {
      ContentSink sink = into.stage(content);
      if (sink == null) {
        continue;
      }
      for (ZoneReplica.Stretch stretch : sink.missing()) {
        ByteBuffer data = ByteBuffer.allocate((int) stretch.range().length());
        if (from.read(content.source(), stretch, data)) {
          bytes += data.position();
          sink.put(stretch, data.flip());
        }
      }
      sink.finish();
      sink.close();
    }
    return bytes;
  }

  private static FileId mkdir(LocalZone zone, FileId parent, String name) throws ZoneException {
    return zone.mkdir(ROOT, parent, EntryName.of(name), SetAttributes.mode(0755)).attributes().id();
  }

  static FileId write(LocalZone zone, FileId directory, String name, String text)
      throws ZoneException {
    return write(zone, directory, name, bytes(text));
  }

  static FileId write(LocalZone zone, FileId directory, String name, byte[] data)
      throws ZoneException {
    FileId file =
        zone.create(
                ROOT,
                directory,
                EntryName.of(name),
                new CreateMode.Guarded(),
                SetAttributes.mode(0644))
            .attributes()
            .id();
    zone.opened(file, OpenMode.WRITE);
    zone.write(ROOT, file, 0, ByteBuffer.wrap(data), Stability.UNSTABLE);
    zone.closed(file, OpenMode.WRITE);
    return file;
  }

  static void overwrite(LocalZone zone, FileId file, String text) throws ZoneException {
    zone.opened(file, OpenMode.WRITE);
    zone.setattr(ROOT, file, SetAttributes.size(0));
    zone.write(ROOT, file, 0, ByteBuffer.wrap(bytes(text)), Stability.UNSTABLE);
    zone.closed(file, OpenMode.WRITE);
  }

  private static String text(LocalZone zone, FileId file) throws ZoneException {
    return StandardCharsets.UTF_8.decode(zone.read(ROOT, file, 0, 10_000).data()).toString();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Path → text, or nothing for what is no regular file. */
  private static SortedMap<String, String> tree(ZoneFolder home) throws IOException {
    SortedMap<String, String> tree = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(home.files())) {
      for (Path path : walk.skip(1).toList()) {
        boolean regular = Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
        String bytes =
            regular ? new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1) : "";
        tree.put(home.files().relativize(path).toString(), bytes);
      }
    }
    return tree;
  }
}
