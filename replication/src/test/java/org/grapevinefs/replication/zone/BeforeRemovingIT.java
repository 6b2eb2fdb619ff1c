// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.OpenMode;
import org.grapevinefs.replication.fs.Stability;
import org.grapevinefs.replication.fs.ZoneError;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.volume.BtrfsLoop;
import org.grapevinefs.replication.volume.BtrfsVolume;
import org.grapevinefs.replication.volume.DirectoryVolume;
import org.grapevinefs.replication.volume.SnapshotName;
import org.grapevinefs.replication.volume.Volume;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One member on a plain directory and one on Btrfs, each of which hears of a mass delete. */
class BeforeRemovingIT {

  private static final Caller ROOT = Caller.of(0, 0);
  private static final int FILES = 40;
  private static final int MIB = 1 << 20;
  private static final Duration MOST = Duration.ofSeconds(90);

  @TempDir Path folder;
  private BtrfsLoop loop;
  private BtrfsVolume btrfs;
  private LocalZone plain;
  private LocalZone kept;
  private volatile Instant now = Instant.parse("2026-11-22T12:40:39Z");

  @BeforeEach
  void open() throws IOException {
    loop = BtrfsLoop.mount(folder);
    btrfs = new BtrfsVolume(loop.path());
    Path directory = Files.createDirectories(folder.resolve("plain"));
    plain = zone(new DirectoryVolume(directory), "anna");
    kept = zone(btrfs, "bert");
  }

  private LocalZone zone(Volume volume, String node) throws IOException {
    return new ZoneFolder(volume, node, () -> now).open(ZoneSettings.DEFAULT);
  }

  @AfterEach
  void close() throws IOException {
    try {
      if (plain != null) {
        plain.close();
      }
      if (kept != null) {
        kept.close();
      }
    } finally {
      if (loop != null) {
        loop.close();
      }
    }
  }

  private static byte[] bytes(int file) {
    byte[] bytes = new byte[100_000];
    new Random(file).nextBytes(bytes);
    return bytes;
  }

  private static void fill(LocalZone zone) throws Exception {
    for (int i = 0; i < FILES; i++) {
      ConvergenceContract.write(zone, FileId.ROOT, "f" + i, bytes(i));
    }
  }

  private static void empty(LocalZone zone) throws Exception {
    for (int i = 0; i < FILES; i++) {
      zone.remove(ROOT, FileId.ROOT, EntryName.of("f" + i));
    }
  }

  private Path snapshot(SnapshotName name) {
    return btrfs.path().resolve(".snapshots/tier-1/" + name);
  }

  @Test
  void pull_thatRemovesNearlyAll_leavesASnapshotWithTheBytes() throws Exception {
    fill(plain);
    ConvergenceContract.pull(kept, plain);
    assertThat(kept.takeWarnings()).isEmpty();
    empty(plain);
    ConvergenceContract.pull(kept, plain);
    assertThat(btrfs.path().resolve("tier-1/f1")).doesNotExist();

    SnapshotName name = new SnapshotName(now, "before-removing");
    assertThat(btrfs.snapshots("tier-1")).containsExactly(name);
    for (int i = 0; i < FILES; i++) {
      assertThat(Files.readAllBytes(snapshot(name).resolve("f" + i))).isEqualTo(bytes(i));
    }
    List<String> said = kept.takeWarnings();
    assertThat(said).hasSize(1);
    assertThat(said.getFirst())
        .contains("40 of 40 files")
        .contains("deleted on anna")
        .contains("30 days")
        .contains(snapshot(name).toString());
    assertThat(kept.status().problem()).isEmpty();
  }

  @Test
  void pull_ofAPlainDirectory_goesOnAndSaysThatNothingIsKept() throws Exception {
    fill(kept);
    ConvergenceContract.pull(plain, kept);
    empty(kept);
    ConvergenceContract.pull(plain, kept);
    assertThat(folder.resolve("plain/tier-1/f1")).doesNotExist();
    assertThat(plain.takeWarnings()).singleElement().asString().contains("no Btrfs");
    assertThat(plain.status().problem()).contains("40 of 40 files").contains("no Btrfs");
  }

  @Test
  void open_after30Days_deletesTheSnapshot() throws Exception {
    fill(plain);
    ConvergenceContract.pull(kept, plain);
    empty(plain);
    ConvergenceContract.pull(kept, plain);
    SnapshotName name = new SnapshotName(now, "before-removing");
    kept.close();
    now = now.plus(Duration.ofDays(31));
    kept = zone(btrfs, "bert");
    await().atMost(MOST).until(() -> btrfs.snapshots("tier-1").isEmpty());
    assertThat(snapshot(name)).doesNotExist();
  }

  @Test
  void write_diskFullOfWhatASnapshotKeeps_waitsForItToGo() throws Exception {
    for (int i = 0; i < 25; i++) {
      FileId file = ConvergenceContract.write(kept, FileId.ROOT, "big" + i, new byte[] {1});
      fill(file, 8);
    }
    ConvergenceContract.take(plain, kept, 0);
    ConvergenceContract.fetch(plain, kept);
    plain.settle(Duration.ofSeconds(60));
    for (int i = 0; i < 25; i++) {
      plain.remove(ROOT, FileId.ROOT, EntryName.of("big" + i));
    }
    ConvergenceContract.pull(kept, plain);
    assertThat(btrfs.snapshots("tier-1")).hasSize(1);

    FileId file = ConvergenceContract.write(kept, FileId.ROOT, "new", new byte[] {1});
    long waited = fill(file, 250);
    assertThat(waited).isPositive();
    assertThat(btrfs.snapshots("tier-1")).isEmpty();
    // It is said after the snapshot's room is back, and the write may have gone through before.
    List<String> said = new ArrayList<>();
    await()
        .atMost(MOST)
        .until(() -> {
          said.addAll(kept.takeWarnings());
          return said.size() == 2;
        });
    assertThat(said.getLast()).contains("its room is needed");
  }

  /** Writes so many MiB as a client would that tries again when told so; how often it was. */
  private long fill(FileId file, int mebibytes) throws Exception {
    byte[] bytes = new byte[MIB];
    Random random = new Random(file.hashCode());
    AtomicLong waited = new AtomicLong();
    kept.opened(file, OpenMode.WRITE);
    for (int i = 0; i < mebibytes; i++) {
      long offset = (long) i * MIB;
      random.nextBytes(bytes);
      await()
          .atMost(MOST)
          .pollDelay(Duration.ZERO)
          .until(() -> {
            try {
              // Synced, so that it is known at once whether there is room.
              kept.write(ROOT, file, offset, ByteBuffer.wrap(bytes), Stability.DATA_SYNC);
              return true;
            } catch (ZoneException e) {
              assertThat(e.error()).isEqualTo(ZoneError.DELAY);
              waited.incrementAndGet();
              return false;
            }
          });
    }
    kept.closed(file, OpenMode.WRITE);
    return waited.get();
  }
}
