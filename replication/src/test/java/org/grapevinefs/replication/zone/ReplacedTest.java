// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.CreateMode;
import org.grapevinefs.replication.fs.DirectoryPage;
import org.grapevinefs.replication.fs.OpenMode;
import org.grapevinefs.replication.fs.ReadResult;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.Stability;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.volume.DirectoryVolume;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scans of a folder in which something was put in the place of what the zone had open there. */
final class ReplacedTest {

  private static final Caller ROOT = Caller.of(0, 0);
  private static final SetAttributes MODE = SetAttributes.mode(0755);

  @TempDir Path folder;
  private ZoneFolder home;
  private LocalZone zone;

  @BeforeEach
  void open() throws IOException {
    home = new ZoneFolder(new DirectoryVolume(folder), "anna");
    zone = home.open(ZoneSettings.DEFAULT);
  }

  @AfterEach
  void close() throws IOException {
    zone.close();
  }

  @Test
  void fileReplacedByARename_afterAScan_isReadAndWrittenUnderItsName() throws Exception {
    FileId file = create(FileId.ROOT, "f", "old");
    replace("f", "replaced");
    assertThat(zone.scan(ZoneReplica.Authority.DISK).edited()).isEqualTo(1);
    assertThat(read(file)).isEqualTo("replaced");
    write(file, 8, ", and more");
    zone.closed(file, OpenMode.WRITE);
    assertThat(home.files().resolve("f")).hasContent("replaced, and more");
    assertThat(zone.scan(ZoneReplica.Authority.DISK).edited()).isZero();
  }

  @Test
  void fileReplacedByOneOfItsSizeAndTime_afterAScan_isWrittenUnderItsName() throws Exception {
    FileId file = create(FileId.ROOT, "f", "old");
    Path path = home.files().resolve("f");
    Path copy = home.files().resolve("f.copy");
    Files.copy(path, copy, StandardCopyOption.COPY_ATTRIBUTES);
    Files.move(copy, path, StandardCopyOption.ATOMIC_MOVE);
    assertThat(zone.scan(ZoneReplica.Authority.DISK).edited()).isZero();
    write(file, 3, "er");
    zone.closed(file, OpenMode.WRITE);
    assertThat(path).hasContent("older");
  }

  @Test
  void directoryReplaced_afterAScan_takesWhatIsMadeInIt() throws Exception {
    FileId top = mkdir(FileId.ROOT, "top");
    FileId below = mkdir(top, "below");
    create(below, "kept", "1");
    move("top", "moved");
    Files.createDirectories(home.files().resolve("top/below"));
    Files.writeString(home.files().resolve("top/below/fresh"), "by hand");
    zone.scan(ZoneReplica.Authority.DISK);
    create(below, "after", "2");
    assertThat(home.files().resolve("top/below/after")).hasContent("2");
    assertThat(home.files().resolve("moved/below/after")).doesNotExist();
    assertThat(names(below)).contains("fresh", "after").doesNotContain("moved");
    assertThat(names(FileId.ROOT)).containsExactlyInAnyOrder("top", "moved");
  }

  @Test
  void oneOfTwoNamesThatBecameAFileOfItsOwn_isThatFile_andTheOtherKeepsItsBytes() throws Exception {
    FileId file = create(FileId.ROOT, "one", "both");
    zone.link(ROOT, file, FileId.ROOT, EntryName.of("two"));
    replace("one", "apart now");
    assertThat(zone.scan(ZoneReplica.Authority.DISK).edited()).isEqualTo(1);
    assertThat(zone.settle(Duration.ofSeconds(10))).isTrue();
    FileId apart = zone.lookup(ROOT, FileId.ROOT, EntryName.of("one")).id();
    assertThat(apart).isNotEqualTo(file);
    assertThat(read(apart)).isEqualTo("apart now");
    assertThat(read(file)).isEqualTo("both");
    assertThat(zone.getattr(ROOT, file).links()).isEqualTo(1);
    assertThat(home.files().resolve("two")).hasContent("both");
    assertThat(names(FileId.ROOT)).containsExactlyInAnyOrder("one", "two");
    assertThat(zone.scan(ZoneReplica.Authority.DISK).edited()).isZero();
  }

  private void replace(String name, String text) throws IOException {
    Files.writeString(home.files().resolve(name + ".new"), text);
    move(name + ".new", name);
  }

  private void move(String from, String to) throws IOException {
    Path target = home.files().resolve(to);
    Files.move(home.files().resolve(from), target, StandardCopyOption.ATOMIC_MOVE);
  }

  private List<String> names(FileId directory) throws ZoneException {
    return zone.readdir(ROOT, directory, 0, 100).entries().stream()
        .map(DirectoryPage.Entry::name)
        .map(EntryName::toString)
        .toList();
  }

  private FileId mkdir(FileId parent, String name) throws ZoneException {
    return zone.mkdir(ROOT, parent, EntryName.of(name), MODE).attributes().id();
  }

  private FileId create(FileId parent, String name, String text) throws ZoneException {
    FileId file =
        zone.create(ROOT, parent, EntryName.of(name), new CreateMode.Guarded(), MODE)
            .attributes()
            .id();
    write(file, 0, text);
    zone.closed(file, OpenMode.WRITE);
    return file;
  }

  private void write(FileId file, long offset, String text) throws ZoneException {
    zone.opened(file, OpenMode.WRITE);
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    zone.write(ROOT, file, offset, bytes, Stability.UNSTABLE);
  }

  private String read(FileId file) throws ZoneException {
    ReadResult result = zone.read(ROOT, file, 0, 1_000);
    return StandardCharsets.UTF_8.decode(result.data()).toString();
  }
}
