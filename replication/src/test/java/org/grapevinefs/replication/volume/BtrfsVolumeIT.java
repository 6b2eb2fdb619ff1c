// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Objects;
import org.grapevinefs.replication.core.EntryName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BtrfsVolumeIT extends VolumeContract {

  @TempDir Path folder;
  private @Nullable BtrfsLoop loop;

  @Override
  Volume volume() throws IOException {
    BtrfsLoop mounted = BtrfsLoop.mount(folder);
    loop = mounted;
    return new BtrfsVolume(mounted.path());
  }

  @Override
  void release() throws IOException {
    if (loop != null) {
      loop.close();
    }
  }

  @Test
  void write_farOverTheQuota_isStoppedByTheKernel() throws IOException {
    Volume volume = new BtrfsVolume(Objects.requireNonNull(loop).path());
    try (ZoneTree tree = volume.open("small", 8L << 20);
        OpenFile file = tree.root().createFile(EntryName.of("big"))) {
      byte[] noise = new byte[1 << 20];
      new java.util.Random(1).nextBytes(noise);
      PosixException stopped = null;
      for (int i = 0; i < 64 && stopped == null; i++) {
        try {
          file.write(ByteBuffer.wrap(noise), (long) i << 20);
          file.sync();
        } catch (PosixException e) {
          stopped = e;
        }
      }
      assertThat(stopped).isNotNull();
      assertThat(stopped.isFull()).isTrue();
    }
  }

  private static final SnapshotName FIRST =
      new SnapshotName(Instant.parse("2026-11-22T12:40:39Z"), "before-removing");

  private Volume there() throws IOException {
    return new BtrfsVolume(Objects.requireNonNull(loop).path());
  }

  private static void write(ZoneTree tree, String name, byte[] bytes) throws IOException {
    try (OpenFile file = tree.root().createFile(EntryName.of(name))) {
      file.write(ByteBuffer.wrap(bytes), 0);
    }
  }

  @Test
  void snapshot_ofWhatWasJustWritten_keepsItReadOnlyWhenItIsRemoved() throws IOException {
    Volume volume = there();
    byte[] bytes = new byte[300_000];
    new java.util.Random(2).nextBytes(bytes);
    try (ZoneTree tree = volume.open("kept", null)) {
      write(tree, "report", bytes);
      volume.snapshot("kept", FIRST);
      tree.root().unlink(EntryName.of("report"));
    }
    Path kept = volume.path().resolve(".snapshots/kept/2026-11-22T12-40-39Z-before-removing");
    assertThat(Files.readAllBytes(kept.resolve("report"))).isEqualTo(bytes);
    assertThatThrownBy(() -> Files.delete(kept.resolve("report"))).isInstanceOf(IOException.class);
    assertThat(Files.getPosixFilePermissions(volume.path().resolve(".snapshots")))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void snapshots_beforeAndAfterDeleting_areThoseOfTheZoneInOrder() throws IOException {
    Volume volume = there();
    volume.open("one", null).close();
    volume.open("two", null).close();
    SnapshotName later = new SnapshotName(FIRST.taken().plusSeconds(1), "by-hand");
    volume.snapshot("one", later);
    volume.snapshot("one", FIRST);
    volume.snapshot("two", FIRST);
    Files.createDirectory(volume.path().resolve(".snapshots/one/2026-11-22T12-40-41Z"));
    Files.createFile(volume.path().resolve(".snapshots/one/notes"));
    assertThat(volume.snapshots("one")).containsExactly(FIRST, later);
    volume.deleteSnapshot("one", FIRST, true);
    assertThat(volume.snapshots("one")).containsExactly(later);
    assertThat(volume.snapshots("two")).containsExactly(FIRST);
    volume.delete("two");
    assertThat(volume.snapshots("two")).isEmpty();
  }

  @Test
  void snapshot_nameTaken_isRefusedAndLeavesWhatIsThere() throws IOException {
    Volume volume = there();
    volume.open("one", null).close();
    Path folder = Files.createDirectories(volume.path().resolve(".snapshots/one/" + FIRST));
    assertThatThrownBy(() -> volume.snapshot("one", FIRST))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void snapshots_zoneThatLeadsOut_isRefused() throws IOException {
    Volume volume = there();
    assertThatThrownBy(() -> volume.snapshots("../x")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> volume.snapshot("..", FIRST))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
