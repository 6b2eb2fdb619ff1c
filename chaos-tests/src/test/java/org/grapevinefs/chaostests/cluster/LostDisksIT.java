// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks that were emptied, put back or copied: seen, said, and healed without a loss anywhere. */
class LostDisksIT {
  private static final String ZONE = "shared";
  private static final int FILES = 40;

  @TempDir Path folder;
  private Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    mesh = Mesh.make(folder, 2).zone(ZONE, 1, 2).start(1, 2);
    put(1, "tree/deep/f", FILES);
    mesh.awaitSame(ZONE, 1, 2);
  }

  @AfterEach
  void stop() {
    mesh.close();
  }

  /** Puts files straight into a node's folder, and has them taken in. */
  private void put(int node, String prefix, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      Path file = mesh.files(node, ZONE).resolve(prefix + i);
      Files.createDirectories(file.getParent());
      Files.writeString(file, prefix + i + " of node " + node);
    }
    mesh.node(node).command("zone", "scan", ZONE);
  }

  private static void delete(Path path) throws IOException {
    try (Stream<Path> walk = Files.walk(path)) {
      for (Path each : walk.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(each);
      }
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Process copy =
        new ProcessBuilder("cp", "-a", from.toString(), to.toString()).inheritIO().start();
    assertThat(copy.onExit().join().exitValue()).isZero();
  }

  private long files(int node) throws IOException {
    try (Stream<Path> walk = Files.walk(mesh.files(node, ZONE))) {
      return walk.filter(Files::isRegularFile).count();
    }
  }

  private void awaitSaid(int node, String words) {
    Awaitility.await("node " + node + " says: " + words)
        .atMost(Duration.ofSeconds(60))
        .until(() -> mesh.node(node).command("events").contains(words));
  }

  @Test
  void emptiedFolder_isFilledFromTheOthers() throws Exception {
    mesh.node(2).stop();
    delete(mesh.files(2, ZONE).resolve("tree"));
    mesh.start(2);
    awaitSaid(2, "files are missing from its folder");
    mesh.awaitSame(ZONE, 1, 2);
    assertThat(files(1)).isEqualTo(FILES);
    assertThat(files(2)).isEqualTo(FILES);
  }

  @Test
  void filesDeletedBehindARunningNode_areFetchedBackByAScan() throws Exception {
    delete(mesh.files(2, ZONE).resolve("tree/deep"));
    mesh.node(2).command("zone", "scan", ZONE);
    mesh.awaitSame(ZONE, 1, 2);
    assertThat(files(2)).isEqualTo(FILES);
  }

  @Test
  void flippedBits_areMendedFromTheOther_andThereIsNoNewVersion() throws Exception {
    Path bad = mesh.files(2, ZONE).resolve("tree/deep/f7");
    FileTime time = Files.getLastModifiedTime(bad);
    String good = Files.readString(bad);
    Files.writeString(bad, "x" + good.substring(1));
    Files.setLastModifiedTime(bad, time);
    String version = mesh.node(2).command("status", "--format", "json");
    String found = mesh.node(1).command("zone", "verify", ZONE);
    assertThat(found).contains("mended  tree/deep/f7  on node-2").contains("1 mended, 0 bad");
    assertThat(bad).hasContent(good);
    assertThat(mesh.node(1).command("zone", "verify", ZONE)).contains("0 mended, 0 bad");
    assertThat(sums(mesh.node(2).command("status", "--format", "json"))).isEqualTo(sums(version));
    awaitSaid(2, "had gone bad, and are right again");
  }

  private static List<String> sums(String status) {
    return Pattern.compile("\"sum\" ?: ?\\d+")
        .matcher(status)
        .results()
        .map(MatchResult::group)
        .toList();
  }

  @Test
  void deletedIndex_isMadeAnewWithoutConflicts() throws Exception {
    mesh.node(2).stop();
    delete(mesh.node(2).volume().resolve(".grapevine").resolve(ZONE));
    mesh.start(2);
    put(2, "after", 1);
    mesh.awaitSame(ZONE, 1, 2);
    assertThat(files(1)).isEqualTo(FILES + 1);
    assertThat(mesh.node(1).command("conflicts")).contains("no conflicts");
  }

  @Test
  void oldCopyPutBack_losesNothingThatOthersHoldAndCollidesWithNothing() throws Exception {
    mesh.node(2).stop();
    Path old = folder.resolve("old");
    copy(mesh.node(2).volume(), old);
    mesh.start(2);
    put(2, "late", 5);
    mesh.awaitSame(ZONE, 1, 2);
    mesh.node(2).stop();
    delete(mesh.node(2).volume());
    copy(old, mesh.node(2).volume());
    mesh.start(2);
    put(2, "restored", 3);
    awaitSaid(2, "a new origin was taken");
    mesh.awaitSame(ZONE, 1, 2);
    assertThat(files(1)).isEqualTo(FILES + 8);
  }

  @Test
  void volumeCopiedFromAnotherNode_becomesAReplicaOfItsOwn() throws Exception {
    mesh.node(1).stop();
    mesh.node(2).stop();
    delete(mesh.node(2).volume());
    copy(mesh.node(1).volume(), mesh.node(2).volume());
    mesh.start(1, 2);
    put(1, "one", 3);
    put(2, "two", 3);
    awaitSaid(2, "a new origin was taken");
    mesh.awaitSame(ZONE, 1, 2);
    assertThat(files(1)).isEqualTo(FILES + 6);
    assertThat(mesh.node(1).command("conflicts")).contains("no conflicts");
  }
}
