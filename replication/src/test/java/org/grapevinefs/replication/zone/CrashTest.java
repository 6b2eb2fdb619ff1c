// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.grapevinefs.replication.core.Batch;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.Origin;
import org.grapevinefs.replication.core.ReplicaStore;
import org.grapevinefs.replication.core.Table;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.CreateMode;
import org.grapevinefs.replication.fs.OpenMode;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.Stability;
import org.grapevinefs.replication.fs.ZoneError;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.index.IndexFailure;
import org.grapevinefs.replication.index.RocksStore;
import org.grapevinefs.replication.merge.MergeRules;
import org.grapevinefs.replication.volume.DirectoryVolume;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A zone that was let go without a word, and opened again. */
final class CrashTest {

  private static final Caller ROOT = Caller.of(0, 0);

  /** Versions are made only when a file is closed, so that a crash finds some unmade. */
  private static final ZoneSettings SLOW =
      new ZoneSettings(
          1 << 30,
          false,
          Duration.ofHours(1),
          Duration.ofHours(1),
          Duration.ofSeconds(5),
          100,
          MergeRules.NONE);

  @TempDir Path folder;
  private ZoneFolder home;
  private LocalZone zone;

  @BeforeEach
  void open() throws IOException {
    home = new ZoneFolder(new DirectoryVolume(folder), "anna");
    zone = home.open(SLOW);
  }

  @AfterEach
  void close() throws IOException {
    zone.close();
  }

  private void crash() throws IOException {
    zone.abandon();
    zone = home.open(SLOW);
  }

  @Test
  void writesWithoutVersion_afterACrash_areThereAndHaveOne() throws Exception {
    FileId file = create("f");
    write(file, "first");
    zone.closed(file, OpenMode.WRITE);
    long verifier = write(file, "second, longer");
    long known = zone.status().knowledge().sum();
    crash();
    assertThat(read(file)).isEqualTo("second, longer");
    assertThat(zone.getattr(ROOT, file).size()).isEqualTo(14);
    assertThat(zone.status().knowledge().sum()).isGreaterThan(known);
    assertThat(write(file, "x")).isNotEqualTo(verifier);
  }

  @Test
  void names_afterACrash_areAsTheyWere() throws Exception {
    FileId top =
        zone.mkdir(ROOT, FileId.ROOT, EntryName.of("top"), SetAttributes.mode(0755))
            .attributes()
            .id();
    FileId file = create("f");
    zone.rename(ROOT, FileId.ROOT, EntryName.of("f"), top, EntryName.of("g"));
    create("gone");
    zone.remove(ROOT, FileId.ROOT, EntryName.of("gone"));
    crash();
    assertThat(zone.lookup(ROOT, top, EntryName.of("g")).id()).isEqualTo(file);
    assertThat(zone.readdir(ROOT, FileId.ROOT, 0, 10).entries()).hasSize(1);
    assertThat(zone.status().counts().files()).isEqualTo(2);
    assertThat(home.files().resolve("top/g")).exists();
  }

  @Test
  void origin_afterACrash_isANewOneAndAfterACleanStopTheSame() throws Exception {
    create("a");
    zone.close();
    zone = home.open(SLOW);
    create("b");
    assertThat(origins()).hasSize(1);
    crash();
    create("c");
    assertThat(origins()).hasSize(2);
  }

  private java.util.Set<Origin> origins() {
    return zone.status().knowledge().asMap().keySet();
  }

  @Test
  void zoneWhoseDiskFailed_closedAndOpenedAgain_isUnderANewOriginAndTakesWrites() throws Exception {
    FileId file = create("f");
    write(file, "before");
    long verifier = write(file, "written, and not on disk");
    zone.zone.fail("a file could not be brought to disk", new IOException("EIO"));
    assertThatThrownBy(() -> write(file, "refused")).isInstanceOf(ZoneException.class);
    zone.close();
    zone = home.open(SLOW);
    assertThat(zone.status().fault()).isNull();
    assertThat(read(file)).isEqualTo("written, and not on disk");
    assertThat(write(file, "x")).isNotEqualTo(verifier);
    create("after");
    assertThat(origins()).hasSize(2);
  }

  @Test
  void zoneThatIsClosed_tellsWhoAsksToAskAgain() throws Exception {
    create("f");
    zone.close();
    List<ThrowingCallable> calls =
        List.of(
            () -> zone.getattr(ROOT, new FileId(1, 2)),
            () -> zone.lookup(ROOT, FileId.ROOT, EntryName.of("f")),
            () -> zone.readdir(ROOT, FileId.ROOT, 0, 10),
            () -> zone.remove(ROOT, FileId.ROOT, EntryName.of("f")));
    for (ThrowingCallable call : calls) {
      assertThatThrownBy(call)
          .isInstanceOfSatisfying(
              ZoneException.class, e -> assertThat(e.error()).isEqualTo(ZoneError.DELAY));
    }
    zone = home.open(SLOW);
  }

  @Test
  void zoneWhoseIndexFailed_whenClosed_letsItBeOpenedAgain() throws Exception {
    create("f");
    zone.zone.store.close();
    assertThatThrownBy(zone::close).isInstanceOf(IndexFailure.class);
    zone = home.open(SLOW);
    assertThat(zone.readdir(ROOT, FileId.ROOT, 0, 10).entries()).hasSize(1);
  }

  @Test
  void folderChangedBehindOurBack_isFoundByAScanAfterwards() throws Exception {
    create("kept");
    crash();
    Files.writeString(home.files().resolve("new"), "x");
    assertThat(zone.scan(ZoneReplica.Authority.DISK).added()).isEqualTo(1);
    assertThat(zone.readdir(ROOT, FileId.ROOT, 0, 10).entries()).hasSize(2);
    assertThat(zone.scan(ZoneReplica.Authority.DISK).added()).isZero();
    assertThat(zone.scan(ZoneReplica.Authority.DISK).edited()).isZero();
  }

  @Test
  void fileUnderANameThatWasBeingMade_afterALossOfPower_goesOnlyIfItIsEmpty() throws Exception {
    zone.abandon();
    try (ReplicaStore store = RocksStore.open(index())) {
      store.commit(new Batch().put(Table.INTENT, number(1_000), making("b")), false);
      store.commit(new Batch().put(Table.INTENT, number(1_001), making("c")), true);
    }
    Files.writeString(home.files().resolve("b"), "moved here, and the index never heard of it");
    Files.createFile(home.files().resolve("c"));
    zone = home.open(SLOW);
    assertThat(home.files().resolve("b")).isNotEmptyFile();
    assertThat(home.files().resolve("c")).doesNotExist();
  }

  @Test
  void noteOfADirectoryThatIsGone_doesNotKeepTheZoneClosed_andDeletesNothing() throws Exception {
    SetAttributes mode = SetAttributes.mode(0755);
    FileId top = zone.mkdir(ROOT, FileId.ROOT, EntryName.of("top"), mode).attributes().id();
    zone.mkdir(ROOT, top, EntryName.of("a"), mode);
    zone.mkdir(ROOT, top, EntryName.of("b"), mode);
    zone.abandon();
    try (ReplicaStore store = RocksStore.open(index())) {
      store.commit(new Batch().put(Table.INTENT, number(1_000), note(1, top, "c")), false);
      store.commit(new Batch().put(Table.INTENT, number(1_001), note(2, top, "a")), true);
    }
    Files.delete(home.files().resolve("top/a"));
    Files.delete(home.files().resolve("top/b"));
    Files.delete(home.files().resolve("top"));
    zone = home.open(SLOW);
    assertThat(zone.readdir(ROOT, top, 0, 10).entries()).hasSize(2);
    zone.scan(ZoneReplica.Authority.DISK);
    assertThat(home.files().resolve("top/a")).isDirectory();
  }

  private Path index() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(path -> path.endsWith("index")).findFirst().orElseThrow();
    }
  }

  private static byte[] number(long number) {
    return ByteBuffer.allocate(8).putLong(number).array();
  }

  private static byte[] making(String name) {
    return note(1, FileId.ROOT, name);
  }

  private static byte[] note(int kind, FileId directory, String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(18 + bytes.length)
        .put((byte) kind)
        .put(directory.toBytes())
        .put((byte) bytes.length)
        .put(bytes)
        .array();
  }

  private FileId create(String name) throws ZoneException {
    FileId id =
        zone.create(
                ROOT,
                FileId.ROOT,
                EntryName.of(name),
                new CreateMode.Guarded(),
                SetAttributes.mode(0644))
            .attributes()
            .id();
    zone.opened(id, OpenMode.WRITE);
    return id;
  }

  private long write(FileId file, String text) throws ZoneException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    return zone.write(ROOT, file, 0, bytes, Stability.UNSTABLE).verifier();
  }

  private String read(FileId file) throws ZoneException {
    return StandardCharsets.UTF_8.decode(zone.read(ROOT, file, 0, 1_000).data()).toString();
  }
}
