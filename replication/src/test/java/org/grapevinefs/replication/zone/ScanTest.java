// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.fs.Attributes;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.CreateMode;
import org.grapevinefs.replication.fs.Device;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.XattrMode;
import org.grapevinefs.replication.volume.DirectoryVolume;
import org.grapevinefs.replication.zone.ZoneReplica.Authority;
import org.grapevinefs.replication.zone.ZoneReplica.ScanReport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a scan makes of a folder that people were at. */
final class ScanTest {

  private static final Caller ROOT = Caller.of(0, 0);

  /** The clock by which the zone is opened: what is set on disk afterwards was set by hand. */
  private final AtomicReference<Instant> clock = new AtomicReference<>(Instant.EPOCH);

  @TempDir Path folder;
  private ZoneFolder home;
  private LocalZone zone;

  @BeforeEach
  void open() throws IOException {
    InstantSource time = clock::get;
    home = new ZoneFolder(new DirectoryVolume(folder), "a", time);
    clock.set(Instant.now());
    zone = home.open(ZoneSettings.DEFAULT);
  }

  @AfterEach
  void close() throws IOException {
    zone.close();
  }

  private FileId create(String name) throws Exception {
    return zone.create(
            ROOT,
            FileId.ROOT,
            EntryName.of(name),
            new CreateMode.Guarded(),
            SetAttributes.mode(0640))
        .attributes()
        .id();
  }

  private FileId mkdir(String name) throws Exception {
    SetAttributes mode = SetAttributes.mode(0750);
    return zone.mkdir(ROOT, FileId.ROOT, EntryName.of(name), mode).attributes().id();
  }

  private Attributes lookup(FileId directory, String name) throws Exception {
    return zone.lookup(ROOT, directory, EntryName.of(name));
  }

  private Set<String> names(FileId directory) throws Exception {
    Set<String> names = new TreeSet<>();
    zone.readdir(ROOT, directory, 0, 100).entries().forEach(e -> names.add(e.name().toString()));
    return names;
  }

  private Path onDisk(String name) {
    return home.files().resolve(name);
  }

  private void chmod(String name, String mode) throws IOException {
    Files.setPosixFilePermissions(onDisk(name), PosixFilePermissions.fromString(mode));
  }

  private String mode(String name) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(onDisk(name)));
  }

  private UserDefinedFileAttributeView xattrs(String name) {
    return Files.getFileAttributeView(onDisk(name), UserDefinedFileAttributeView.class);
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private void reopenAfterACrash(Instant now) throws IOException {
    zone.abandon();
    clock.set(now);
    zone = home.open(ZoneSettings.DEFAULT);
  }

  @Test
  void modesAndXattrsSetByHand_areTakenIn() throws Exception {
    FileId file = create("file");
    FileId top = mkdir("top");
    zone.setXattr(ROOT, file, "colour", "red".getBytes(StandardCharsets.UTF_8), XattrMode.CREATE);
    chmod("file", "rwxr-x--x");
    chmod("top", "rwxrwx---");
    chmod(".", "rwxr-xrwx");
    xattrs("file").write("colour", bytes("blue"));
    xattrs("top").write("new", bytes("here"));
    ScanReport report = zone.scan(Authority.DISK);
    assertThat(report.edited()).isEqualTo(3);
    assertThat(zone.getattr(ROOT, file).mode()).isEqualTo(0751);
    assertThat(zone.getattr(ROOT, top).mode()).isEqualTo(0770);
    assertThat(zone.getattr(ROOT, FileId.ROOT).mode()).isEqualTo(0757);
    assertThat(zone.getXattr(ROOT, file, "colour")).asString().isEqualTo("blue");
    assertThat(zone.getXattr(ROOT, top, "new")).asString().isEqualTo("here");
    assertThat(mode("file")).isEqualTo("rwxr-x--x");
    assertThat(zone.scan(Authority.DISK).edited()).isZero();
  }

  @Test
  void ownersSetByHand_areTakenIn_ofLinksToo() throws Exception {
    FileId file = create("file");
    zone.symlink(ROOT, FileId.ROOT, EntryName.of("link"), bytes("x").array(), SetAttributes.NONE);
    assumeTrue(
        Files.getAttribute(onDisk("file"), "unix:uid").equals(0), "only root gives files away");
    Files.setAttribute(onDisk("file"), "unix:uid", 1234);
    Files.setAttribute(onDisk("link"), "unix:gid", 77, LinkOption.NOFOLLOW_LINKS);
    assertThat(zone.scan(Authority.DISK).edited()).isEqualTo(2);
    assertThat(zone.getattr(ROOT, file).uid()).isEqualTo(1234);
    assertThat(lookup(FileId.ROOT, "link").gid()).isEqualTo(77);
  }

  @Test
  void attributesThatACrashMayHaveLeftBehind_areMendedFromTheIndex() throws Exception {
    FileId file = create("file");
    chmod("file", "rwxrwxrwx");
    reopenAfterACrash(Instant.now().plus(Duration.ofHours(1)));
    assertThat(zone.scan(Authority.DISK).edited()).isZero();
    assertThat(zone.getattr(ROOT, file).mode()).isEqualTo(0640);
    assertThat(mode("file")).isEqualTo("rw-r-----");
    reopenAfterACrash(Instant.now().minus(Duration.ofHours(1)));
    chmod("file", "rw-rw-rw-");
    assertThat(zone.scan(Authority.DISK).edited()).isEqualTo(1);
    assertThat(zone.getattr(ROOT, file).mode()).isEqualTo(0666);
  }

  @Test
  void attributes_whereTheIndexIsRight_areMendedOnDisk() throws Exception {
    create("file");
    chmod("file", "rwxrwxrwx");
    xattrs("file").write("stray", bytes("x"));
    assertThat(zone.scan(Authority.INDEX).edited()).isZero();
    assertThat(mode("file")).isEqualTo("rw-r-----");
    assertThat(xattrs("file").list()).isEmpty();
  }

  @Test
  void whatStandsInThePlaceOfSomethingElse_hasTheNameNow_andFilesAreKeptUnderAnother()
      throws Exception {
    create("file.txt");
    FileId top = mkdir("top");
    zone.mkdir(ROOT, top, EntryName.of("below"), SetAttributes.mode(0700));
    zone.symlink(ROOT, FileId.ROOT, EntryName.of("link"), bytes("old").array(), SetAttributes.NONE);
    SetAttributes mode = SetAttributes.mode(0600);
    zone.mknod(ROOT, FileId.ROOT, EntryName.of("pipe"), FileType.FIFO, Device.NONE, mode);
    for (String name : List.of("top/below", "top", "file.txt", "link", "pipe")) {
      Files.delete(onDisk(name));
    }
    Files.createDirectory(onDisk("file.txt"));
    Files.writeString(onDisk("file.txt/inside"), "1");
    Files.writeString(onDisk("top"), "22");
    Files.createSymbolicLink(onDisk("link"), Path.of("new"));
    Files.writeString(onDisk("pipe"), "333");
    clock.set(Instant.parse("2030-01-02T03:04:05Z"));

    ScanReport report = zone.scan(Authority.DISK);

    assertThat(report.edited()).isEqualTo(4);
    assertThat(report.added()).isEqualTo(1);
    // The file that comes back has no bytes to fetch, but is made first.
    await().atMost(Duration.ofSeconds(20)).until(() -> zone.settle(Duration.ofSeconds(5)));
    FileId inPlace = lookup(FileId.ROOT, "file.txt").id();
    assertThat(lookup(inPlace, "inside").size()).isEqualTo(1);
    assertThat(lookup(FileId.ROOT, "top").size()).isEqualTo(2);
    assertThat(lookup(FileId.ROOT, "pipe").size()).isEqualTo(3);
    FileId link = lookup(FileId.ROOT, "link").id();
    assertThat(zone.readlink(ROOT, link)).asString().isEqualTo("new");
    String note = " (replaced 2030-01-02 03-04-05)";
    assertThat(names(FileId.ROOT))
        .containsExactlyInAnyOrder(
            "file.txt", "file" + note + ".txt", "top", "top" + note, "link", "pipe");
    assertThat(names(lookup(FileId.ROOT, "top" + note).id())).containsExactly("below");
    assertThat(Files.readString(onDisk("file.txt/inside"))).isEqualTo("1");
    assertThat(onDisk("top" + note)).isDirectory();
    ScanReport again = zone.scan(Authority.DISK);
    assertThat(again.added() + again.edited() + again.missing()).isZero();
  }

  @Test
  void whatStandsInThePlaceOfSomethingElse_whereTheIndexIsRight_stepsAside() throws Exception {
    FileId top = mkdir("top");
    FileId link =
        zone.symlink(
                ROOT, FileId.ROOT, EntryName.of("l.x"), bytes("new").array(), SetAttributes.NONE)
            .attributes()
            .id();
    Files.delete(onDisk("l.x"));
    Files.createSymbolicLink(onDisk("l.x"), Path.of("old"));
    Files.delete(onDisk("top"));
    Files.writeString(onDisk("top"), "older");
    clock.set(Instant.parse("2030-01-02T03:04:05Z"));
    ScanReport report = zone.scan(Authority.INDEX);
    assertThat(report.added()).isEqualTo(2);
    assertThat(report.missing()).isEqualTo(2);
    await().atMost(Duration.ofSeconds(20)).until(() -> zone.settle(Duration.ofSeconds(5)));
    assertThat(lookup(FileId.ROOT, "top").id()).isEqualTo(top);
    assertThat(lookup(FileId.ROOT, "l.x").id()).isEqualTo(link);
    assertThat(Files.readSymbolicLink(onDisk("l.x"))).hasToString("new");
    assertThat(onDisk("top")).isDirectory();
    assertThat(onDisk("top (found 2030-01-02 03-04-05)")).hasContent("older");
    assertThat(Files.readSymbolicLink(onDisk("l (found 2030-01-02 03-04-05).x")))
        .hasToString("old");
    assertThat(zone.takeWarnings()).hasSize(2);
  }

  @Test
  void indexThatIsNewOverAFolderWithFiles_isSaid_andOneOverAnEmptyFolderIsNot() throws Exception {
    assertThat(zone.takeWarnings()).isEmpty();
    create("file");
    zone.close();
    zone = home.open(ZoneSettings.DEFAULT);
    assertThat(zone.takeWarnings()).isEmpty();
    zone.close();
    Path index = folder.resolve(".grapevine");
    Files.move(index, folder.resolve("aside"));
    zone = home.open(ZoneSettings.DEFAULT);
    assertThat(zone.takeWarnings()).singleElement().asString().contains("zone scan");
    assertThat(names(FileId.ROOT)).isEmpty();
    assertThat(zone.scan(Authority.DISK).added()).isEqualTo(1);
  }

  @Test
  void directoryThrownAwayAndMadeAnew_isTheSame_andWhatItLacksIsMissing() throws Exception {
    FileId top = mkdir("top");
    zone.mkdir(ROOT, top, EntryName.of("gone"), SetAttributes.mode(0700));
    Files.delete(onDisk("top/gone"));
    // Held open, as a shell in it would, so that the new one surely gets another number.
    try (var held = Files.newDirectoryStream(onDisk("top"))) {
      Files.delete(onDisk("top"));
      Files.createDirectory(onDisk("top"));
      Files.writeString(onDisk("top/new"), "1");
      ScanReport report = zone.scan(Authority.DISK);
      assertThat(held).isEmpty();
      assertThat(report.added()).isEqualTo(1);
      assertThat(report.missing()).isEqualTo(1);
    }
    assertThat(lookup(FileId.ROOT, "top").id()).isEqualTo(top);
    assertThat(names(top)).containsExactlyInAnyOrder("gone", "new");
    assertThat(onDisk("top/gone")).isDirectory();
  }
}
