// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.grapevinefs.node.StartFailure;
import org.grapevinefs.zonesconfig.ConfigLoader;
import org.grapevinefs.zonesconfig.Loaded;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoFilesTest {
  @TempDir Path temp;

  private DemoPlan plan(int nodes, String nfs) {
    return new DemoPlan(temp.resolve("demo"), nodes, nfs, false);
  }

  private static void write(DemoPlan plan) throws IOException, StartFailure {
    new DemoFiles(plan).write(plan.numbers());
  }

  private Map<Path, String> files() throws IOException {
    Map<Path, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(temp)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(file, Files.readString(file));
      }
    }
    return files;
  }

  @Test
  void write_anEmptyFolder_makesFilesThatAreGoodAndAsPromised() throws Exception {
    DemoPlan plan = plan(3, "127.0.0.1");
    write(plan);
    for (int i = 1; i <= 3; i++) {
      Loaded loaded = new ConfigLoader().load(plan.config(i));
      assertThat(loaded.problems()).isEmpty();
      assertThat(loaded.warnings()).isEmpty();
      assertThat(loaded.node().orElseThrow().name().value()).isEqualTo("node-" + i);
      assertThat(loaded.node().orElseThrow().nfsListen()).hasToString("127.0.0.1:" + (12_048 + i));
      assertThat(loaded.node().orElseThrow().adminListen())
          .hasToString("127.0.0.1:" + (12_645 + i));
      assertThat(loaded.zones().keySet()).hasToString("[scratch, shared]");
      assertThat(loaded.mesh().orElseThrow().nodes()).hasSize(3);
    }
    assertThat(DemoFiles.existing(plan.folder())).contains(3);
  }

  @Test
  void write_forBtrfsWhereThereIsNone_writesNothing() throws Exception {
    // A file system in memory is no Btrfs, whatever the disk is.
    Path memory = Files.createTempDirectory(Path.of("/dev/shm"), "demo");
    try {
      DemoPlan plan = new DemoPlan(memory, 2, "127.0.0.1", true);
      assertThatThrownBy(() -> write(plan))
          .isInstanceOf(StartFailure.class)
          .hasMessageContaining("Btrfs file system")
          .hasMessageContaining("leave out --btrfs");
      assertThat(memory).isEmptyDirectory();
    } finally {
      Files.delete(memory);
    }
  }

  @Test
  void write_forBtrfsOverAPlainDemo_isRefused() throws Exception {
    write(plan(2, "127.0.0.1"));
    assertThatThrownBy(() -> write(new DemoPlan(temp.resolve("demo"), 2, "127.0.0.1", true)))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("plain folders");
  }

  @Test
  void write_again_changesNothing() throws Exception {
    write(plan(2, "127.0.0.1"));
    Map<Path, String> before = files();
    write(plan(2, "127.0.0.1"));
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void write_openedToTheNetwork_changesAddressAndAccessOnly() throws Exception {
    write(plan(1, "127.0.0.1"));
    write(plan(1, "0.0.0.0"));
    Loaded loaded = new ConfigLoader().load(plan(1, "0.0.0.0").config(1));
    assertThat(loaded.node().orElseThrow().nfsListen()).hasToString("0.0.0.0:12049");
    assertThat(loaded.zones().values())
        .allMatch(zone -> zone.access().clients().toString().contains("0.0.0.0/0"));
  }

  @Test
  void write_forOneNodeAgain_leavesTheOthersAsTheyAre() throws Exception {
    write(plan(2, "0.0.0.0"));
    DemoPlan narrow = plan(2, "127.0.0.1");
    new DemoFiles(narrow).write(List.of(2));
    assertThat(new ConfigLoader().load(narrow.config(1)).node().orElseThrow().nfsListen())
        .hasToString("0.0.0.0:12049");
    assertThat(new ConfigLoader().load(narrow.config(2)).node().orElseThrow().nfsListen())
        .hasToString("127.0.0.1:12050");
  }

  @Test
  void write_anotherNumberOfNodes_isRefused() throws Exception {
    write(plan(2, "127.0.0.1"));
    assertThatThrownBy(() -> write(plan(3, "127.0.0.1")))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("holds a demo of 2 nodes: say --nodes 2, or another --dir");
  }

  @Test
  void write_whereOtherThingsAre_isRefusedAndTouchesNothing() throws Exception {
    Files.createDirectories(temp.resolve("demo"));
    Files.writeString(temp.resolve("demo/thesis.odt"), "years of work");
    assertThatThrownBy(() -> write(plan(3, "127.0.0.1")))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("holds other files (thesis.odt)");
    assertThat(files()).hasSize(1);
  }
}
