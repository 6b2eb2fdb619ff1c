// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Timestamp;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every volume must do, run against each kind. */
abstract class VolumeContract {

  private static final EntryName A = EntryName.of("a");
  private static final EntryName B = EntryName.of("b");

  private Volume volume;
  private ZoneTree tree;

  abstract Volume volume() throws IOException;

  @BeforeEach
  void open() throws IOException {
    volume = volume();
    tree = volume.open("tier-1", 64L << 20);
  }

  @AfterEach
  void close() throws IOException {
    try {
      if (tree != null) {
        tree.close();
      }
    } finally {
      release();
    }
  }

  void release() throws IOException {}

  @Test
  void open_freshZone_liesAtItsNameWithItsIndexBeside() {
    assertThat(tree.path()).isEqualTo(volume.path().resolve("tier-1")).isDirectory();
    assertThat(tree.indexPath()).isEqualTo(volume.path().resolve(".grapevine/tier-1"));
  }

  @Test
  void open_nameThatLeadsOut_isRefused() {
    assertThatThrownBy(() -> volume.open("../x", null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void createFile_thenWriteAndRead_givesTheBytesBack() throws IOException {
    try (OpenFile file = tree.root().createFile(A)) {
      file.write(bytes("hello"), 3);
      file.dataSync();
      ByteBuffer read = ByteBuffer.allocate(10);
      assertThat(file.read(read, 0)).isEqualTo(8);
      assertThat(read.array()).startsWith(0, 0, 0, 'h', 'e', 'l', 'l', 'o');
      assertThat(file.stat().size()).isEqualTo(8);
    }
    assertThat(Files.size(tree.path().resolve("a"))).isEqualTo(8);
  }

  @Test
  void createFile_nameTaken_saysExist() throws IOException {
    tree.root().createFile(A).close();
    assertThatThrownBy(() -> tree.root().createFile(A))
        .isInstanceOfSatisfying(
            PosixException.class, e -> assertThat(e.errno()).isEqualTo(PosixException.EEXIST));
  }

  @Test
  void file_isASymbolicLink_isNotFollowed() throws IOException {
    tree.root().createSymlink(A, "nowhere".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> tree.root().file(A))
        .isInstanceOfSatisfying(
            PosixException.class, e -> assertThat(e.errno()).isEqualTo(PosixException.ELOOP));
    assertThat(tree.root().readLink(A)).asString().isEqualTo("nowhere");
    assertThat(tree.root().stat(A).orElseThrow().type()).isEqualTo(FileType.SYMLINK);
  }

  @Test
  void list_namesOfAnyBytes_comeBackAsGiven() throws IOException {
    EntryName odd = EntryName.of(new byte[] {(byte) 0xff, '\n', (byte) 0x80});
    tree.root().createFile(odd).close();
    tree.root().createDirectory(B);
    assertThat(tree.root().list())
        .extracting(e -> EntryName.of(e.name()))
        .containsExactlyInAnyOrder(odd, B);
  }

  @Test
  void list_manyNames_findsEveryOneTwice() throws IOException {
    tree.root().createDirectory(B);
    try (Directory directory = tree.root().directory(B)) {
      for (int i = 0; i < 3_000; i++) {
        directory.createFile(EntryName.of("a file with a longer name " + i)).close();
      }
      assertThat(directory.list()).hasSize(3_000);
      assertThat(directory.list()).hasSize(3_000);
    }
  }

  @Test
  void moveHere_overAFile_replacesIt() throws IOException {
    write(A, "new");
    write(B, "old");
    tree.root().moveHere(tree.root(), A, B);
    assertThat(tree.root().stat(A)).isEmpty();
    assertThat(read(B)).isEqualTo("new");
  }

  @Test
  void moveHereIfFree_taken_saysExist() throws IOException {
    write(A, "new");
    write(B, "old");
    assertThatThrownBy(() -> tree.root().moveHereIfFree(tree.root(), A, B))
        .isInstanceOf(PosixException.class)
        .hasMessageContaining("EEXIST");
    assertThat(read(B)).isEqualTo("old");
  }

  @Test
  void moveHere_fromTheWorkshop_swapsTheContentInAndLeavesNothing() throws IOException {
    write(A, "old");
    try (OpenFile staged = tree.workshop().createFile(B)) {
      staged.write(bytes("new"), 0);
      staged.sync();
    }
    tree.root().moveHere(tree.workshop(), B, A);
    tree.tidy();
    assertThat(read(A)).isEqualTo("new");
    assertThat(tree.root().list()).hasSize(1);
    assertThat(tree.workshop().list()).isEmpty();
  }

  @Test
  void link_thenUnlink_countsTheNames() throws IOException {
    write(A, "x");
    tree.root().link(tree.root(), A, B);
    assertThat(tree.root().stat(A).orElseThrow().links()).isEqualTo(2);
    tree.root().unlink(A);
    assertThat(tree.root().stat(B).orElseThrow().links()).isEqualTo(1);
  }

  @Test
  void directory_movedWhileOpen_goesOnWorking() throws IOException {
    tree.root().createDirectory(A);
    try (Directory open = tree.root().directory(A)) {
      tree.root().moveHere(tree.root(), A, B);
      open.createFile(EntryName.of("inside")).close();
    }
    assertThat(tree.path().resolve("b/inside")).exists();
    assertThatThrownBy(() -> tree.root().removeDirectory(B)).hasMessageContaining("ENOTEMPTY");
  }

  @Test
  void createNode_fifo_isOneOrAPlaceholder() throws IOException {
    tree.root().createNode(A, FileType.FIFO, 0, 0);
    tree.root().createNode(B, FileType.CHARACTER_DEVICE, 1, 3);
    assertThat(tree.root().stat(A).orElseThrow().type()).isEqualTo(FileType.FIFO);
    assertThat(tree.root().stat(B).orElseThrow().type())
        .isIn(FileType.CHARACTER_DEVICE, FileType.REGULAR);
  }

  @Test
  void describe_modeOwnerAndTimes_areOnDiskAsFarAsAllowed() throws IOException {
    Timestamp then = new Timestamp(1_000_000_000, 123_456_789);
    try (OpenFile file = tree.root().createFile(A)) {
      file.describe(0x1E0, 1000, 1000);
      file.setTimes(then, then);
      assertThat(file.stat().mode()).isEqualTo(0x1E0);
      assertThat(file.stat().modified()).isEqualTo(then);
      assertThat(file.stat().uid()).isIn(1000, Integer.parseInt(uid()));
    }
  }

  @Test
  void punch_inTheMiddle_makesAHoleThatSeekFinds() throws IOException {
    try (OpenFile file = tree.root().createFile(A)) {
      file.write(ByteBuffer.allocate(1 << 20), 0);
      file.punch(65_536, 65_536);
      assertThat(file.stat().size()).isEqualTo(1 << 20);
      assertThat(file.nextHole(0)).isIn(65_536L, (long) (1 << 20));
      assertThat(file.nextData(1 << 20)).isEqualTo(-1);
    }
  }

  @Test
  void copyFrom_anotherFile_copiesTheRange() throws IOException {
    write(A, "0123456789");
    try (OpenFile from = tree.root().readOnlyFile(A);
        OpenFile to = tree.root().createFile(B)) {
      assertThat(to.copyFrom(from, 2, 1, 5)).isEqualTo(5);
      assertThat(to.copyFrom(from, 8, 6, 100)).isEqualTo(2);
    }
    assertThat(read(B)).isEqualTo("\0" + "2345689");
  }

  @Test
  void cloneFrom_whereVolumeCan_sharesTheBlocks() throws IOException {
    write(A, "shared");
    try (OpenFile from = tree.root().readOnlyFile(A);
        OpenFile to = tree.root().createFile(B)) {
      if (volume.abilities().reflinks()) {
        to.cloneFrom(from, 0, 0, 0);
        assertThat(read(B)).isEqualTo("shared");
      } else {
        assertThatThrownBy(() -> to.cloneFrom(from, 0, 0, 0)).isInstanceOf(PosixException.class);
      }
    }
  }

  @Test
  void close_whileAnotherUses_waitsForTheLast() throws IOException {
    OpenFile file = tree.root().createFile(A);
    assertThat(file.retain()).isTrue();
    file.close();
    file.write(bytes("still"), 0);
    file.close();
    assertThat(file.retain()).isFalse();
  }

  @Test
  void space_ofTheVolume_isKnown() throws IOException {
    assertThat(volume.space().total()).isPositive();
    assertThat(volume.space().free()).isPositive();
    assertThat(volume.identity("tier-1")).isNotBlank().isEqualTo(volume.identity("tier-1"));
  }

  @Test
  void delete_zone_leavesNothing() throws IOException {
    write(A, "x");
    volume.delete("tier-1");
    assertThat(volume.path().resolve("tier-1")).doesNotExist();
    assertThat(volume.path().resolve(".grapevine/tier-1")).doesNotExist();
  }

  @Test
  void snapshot_whereVolumeCannot_isRefusedAndNoneAreListed() throws IOException {
    SnapshotName name = new SnapshotName(Instant.EPOCH, "x");
    if (!volume.abilities().snapshots()) {
      assertThatThrownBy(() -> volume.snapshot("tier-1", name))
          .isInstanceOf(UnsupportedOperationException.class);
    }
    assertThat(volume.snapshots("tier-1")).isEmpty();
  }

  private static String uid() throws IOException {
    return Files.getAttribute(java.nio.file.Path.of("/proc/self"), "unix:uid").toString();
  }

  private void write(EntryName name, String text) throws IOException {
    try (OpenFile file = tree.root().createFile(name)) {
      file.write(bytes(text), 0);
    }
  }

  private String read(EntryName name) throws IOException {
    try (OpenFile file = tree.root().readOnlyFile(name)) {
      ByteBuffer into = ByteBuffer.allocateDirect(1_000);
      file.read(into, 0);
      return StandardCharsets.UTF_8.decode(into.flip()).toString();
    }
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
