// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.CreateMode;
import org.grapevinefs.replication.fs.OpenMode;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.Stability;
import org.grapevinefs.replication.fs.ZoneError;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.fs.ZoneFileSystem;
import org.grapevinefs.replication.zone.ZoneReplica;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node whose disk, a small tmpfs, fills up under it. */
class FullDiskIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int CHUNK = 1 << 20;
  private static final int MOST_CHUNKS = 200;
  private static final int MOST_CHANGES = 500_000;

  @TempDir Path temp;
  private NodeFolder folder;

  @BeforeEach
  void mount() throws Exception {
    folder = new NodeFolder(temp, "alpha");
    if (run("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", folder.volume.toString()) != 0) {
      Assumptions.abort("cannot run here: mounting a tmpfs needs root");
    }
    folder.zone("docs", "quota = \"1GB\"\nmembers = [\"alpha\"]\n");
  }

  @AfterEach
  void unmount() throws Exception {
    run("umount", folder.volume.toString());
  }

  private static int run(String... command) throws Exception {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  private static ZoneFileSystem files(Node node) {
    return ((ServedZone.Held) node.zones().find("docs").orElseThrow()).files();
  }

  private static byte[] bytes(int seed, int size) {
    byte[] bytes = new byte[size];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }

  /** Writes a file and brings it to disk; what cannot be is taken away again. */
  private static boolean write(ZoneFileSystem zone, String name, byte[] data) throws ZoneException {
    EntryName entry = EntryName.of(name);
    FileId file;
    try {
      file =
          zone.create(
                  Caller.SYSTEM,
                  FileId.ROOT,
                  entry,
                  new CreateMode.Guarded(),
                  SetAttributes.mode(0644))
              .attributes()
              .id();
    } catch (ZoneException e) {
      assertThat(e.error()).isEqualTo(ZoneError.NOSPC);
      return false;
    }
    zone.opened(file, OpenMode.WRITE);
    try {
      zone.write(Caller.SYSTEM, file, 0, ByteBuffer.wrap(data), Stability.FILE_SYNC);
      return true;
    } catch (ZoneException e) {
      assertThat(e.error()).isEqualTo(ZoneError.NOSPC);
      zone.remove(Caller.SYSTEM, FileId.ROOT, entry);
      return false;
    } finally {
      zone.closed(file, OpenMode.WRITE);
    }
  }

  private static byte[] read(ZoneFileSystem zone, String name, int size) throws ZoneException {
    FileId file = zone.lookup(Caller.SYSTEM, FileId.ROOT, EntryName.of(name)).id();
    ByteBuffer data = zone.read(Caller.SYSTEM, file, 0, size).data();
    byte[] bytes = new byte[data.remaining()];
    data.get(bytes);
    return bytes;
  }

  private static int fill(ZoneFileSystem zone) throws ZoneException {
    int written = 0;
    while (written < MOST_CHUNKS && write(zone, "chunk-" + written, bytes(written, CHUNK))) {
      written++;
    }
    return written;
  }

  /** Takes the last byte of the file system, as another program could. */
  private void takeAll(Path filler) {
    byte[] block = new byte[4_096];
    try (OutputStream out = Files.newOutputStream(filler)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      assertThat(filler).exists();
    }
  }

  @Test
  void fullDisk_refusesWritesOnly_andGoesOnWhenThereIsRoom() throws Exception {
    int written;
    List<String> small = new ArrayList<>();
    try (Node node = folder.start()) {
      ZoneFileSystem zone = files(node);
      written = fill(zone);
      assertThat(written).isBetween(20, 64);
      Path filler = folder.volume.resolve("filler");
      takeAll(filler);
      for (int i = 0; i < 500; i++) {
        if (write(zone, "small-" + i, bytes(i, 3_000))) {
          small.add("small-" + i);
        }
      }
      assertThat(read(zone, "chunk-0", CHUNK)).isEqualTo(bytes(0, CHUNK));
      assertThat(node.administered().zone("docs").getRole()).isEqualTo("member");
      zone.remove(Caller.SYSTEM, FileId.ROOT, EntryName.of("chunk-1"));
      Files.delete(filler);
      assertThat(write(zone, "afterwards", bytes(-1, CHUNK))).isTrue();
      assertThat(node.administered().zone("docs").getProblemsList()).isEmpty();
    }
    try (Node node = folder.start()) {
      ZoneFileSystem zone = files(node);
      assertThat(read(zone, "afterwards", CHUNK)).isEqualTo(bytes(-1, CHUNK));
      assertThat(read(zone, "chunk-" + (written - 1), CHUNK)).isEqualTo(bytes(written - 1, CHUNK));
      for (String name : small) {
        int seed = Integer.parseInt(name.substring("small-".length()));
        assertThat(read(zone, name, 3_000)).as(name).isEqualTo(bytes(seed, 3_000));
      }
      ZoneReplica.ScanReport scan =
          ((ServedZone.Held) node.zones().find("docs").orElseThrow())
              .replica()
              .scan(ZoneReplica.Authority.DISK);
      assertThat(scan.added() + scan.edited() + scan.missing()).isZero();
    }
  }

  @Test
  void fullDisk_withNoRoomForTheIndex_deletesStillMakeRoom() throws Exception {
    int written;
    try (Node node = folder.start()) {
      ZoneFileSystem zone = files(node);
      written = fill(zone);
      takeAll(folder.volume.resolve("filler"));
      Path reserve = folder.volume.resolve(".grapevine/docs/reserve");
      assertThat(reserve).exists();
      FileId file = zone.lookup(Caller.SYSTEM, FileId.ROOT, EntryName.of("chunk-0")).id();
      for (int i = 0; i < MOST_CHANGES && Files.exists(reserve); i++) {
        zone.setattr(Caller.SYSTEM, file, SetAttributes.mode(0600 | (i & 0177)));
      }
      assertThat(reserve).doesNotExist();
      assertThat(write(zone, "refused", bytes(7, CHUNK))).isFalse();
      for (int i = 1; i < written - 1; i++) {
        zone.remove(Caller.SYSTEM, FileId.ROOT, EntryName.of("chunk-" + i));
      }
      await().atMost(SOON).until(() -> write(zone, "afterwards", bytes(-1, CHUNK)));
      assertThat(reserve).exists();
      assertThat(node.administered().zone("docs").getProblemsList()).isEmpty();
    }
    try (Node node = folder.start()) {
      ZoneFileSystem zone = files(node);
      assertThat(read(zone, "afterwards", CHUNK)).isEqualTo(bytes(-1, CHUNK));
      assertThat(read(zone, "chunk-0", CHUNK)).isEqualTo(bytes(0, CHUNK));
      ZoneReplica.ScanReport scan =
          ((ServedZone.Held) node.zones().find("docs").orElseThrow())
              .replica()
              .scan(ZoneReplica.Authority.DISK);
      assertThat(scan.added() + scan.edited() + scan.missing()).isZero();
    }
  }

  @Test
  void fullDisk_ofOneMember_lagsWithAReasonAndCatchesUpWhenThereIsRoom() throws Exception {
    NodeFolder large = new NodeFolder(temp, "beta");
    List<NodeFolder> both = List.of(folder, large);
    for (NodeFolder node : both) {
      node.mesh(both, List.of(folder.key(), large.key()));
      node.zone("docs", "quota = \"1GB\"\nmembers = [\"alpha\", \"beta\"]\n");
    }
    try (Node full = folder.start();
        Node source = large.start()) {
      ZoneFileSystem zone = files(source);
      for (int i = 0; i < 80; i++) {
        assertThat(write(zone, "chunk-" + i, bytes(i, CHUNK))).isTrue();
      }
      await()
          .atMost(SOON)
          .until(() -> full.administered().status().getWarningsList().toString().contains("full"));
      assertThat(source.administered().await("docs", 3_000).getSame()).isFalse();
      await()
          .atMost(SOON)
          .until(() ->
              source.administered().zone("docs").getMembersList().stream()
                  .anyMatch(member -> member.getReason().contains("disk is nearly full")));
      assertThat(full.administered().zone("docs").getRole()).isEqualTo("member");
      run("mount", "-o", "remount,size=256m", folder.volume.toString());
      assertThat(source.administered().await("docs", 60_000).getSame()).isTrue();
      for (int i = 0; i < 80; i++) {
        assertThat(read(files(full), "chunk-" + i, CHUNK)).isEqualTo(bytes(i, CHUNK));
      }
    }
  }
}
