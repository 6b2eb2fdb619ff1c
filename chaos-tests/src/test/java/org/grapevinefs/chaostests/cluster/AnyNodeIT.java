// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that holds nothing of a zone serves it, from whichever member is there. */
class AnyNodeIT {

  private static final int LINES = 80;

  @TempDir Path folder;

  @Test
  void fileHeldOpenThroughANonMember_livesThroughTheDeathOfEachMemberInTurn() throws Exception {
    LinuxClient.requireOrAbort();
    try (Mesh mesh = Mesh.make(folder, 3).zone("pair", 1, 2).start(1, 2, 3);
        LinuxClient client = LinuxClient.boot()) {
      client.mount("three", mesh.node(3).nfsPort(), "/pair", "");
      LinuxClient.Running writer =
          client.start(
              """
              cd /mnt/three; mkdir logs; exec 3>>logs/lines
              for i in $(seq %d); do echo "line $i" >&3; sync logs/lines; sleep 0.1; done
              exec 3>&-
              """
                  .formatted(LINES),
              Duration.ofMinutes(4));
      awaitLine(mesh, 2, 10);
      mesh.node(1).kill();
      awaitLine(mesh, 2, 30);
      mesh.start(1);
      awaitLine(mesh, 1, 40);
      mesh.node(2).kill();
      awaitLine(mesh, 1, 60);
      mesh.start(2);
      writer.get().orFail();
      mesh.awaitSame("pair", 1, 2);
      assertThat(lines(mesh.files(1, "pair").resolve("logs"))).containsExactlyElementsOf(wanted());
      assertThat(mesh.files(3, "pair")).doesNotExist();
    }
  }

  private static SortedSet<Integer> wanted() {
    return new TreeSet<>(IntStream.rangeClosed(1, LINES).boxed().toList());
  }

  /**
   * The lines of all versions together: what a member acknowledged in its last moment, and nobody
   * else heard of, is back with it, as a version of its own.
   */
  private static SortedSet<Integer> lines(Path folder) throws IOException {
    SortedSet<Integer> lines = new TreeSet<>();
    try (DirectoryStream<Path> versions = Files.newDirectoryStream(folder, "lines*")) {
      for (Path version : versions) {
        List<Integer> numbers = new ArrayList<>();
        for (String line : Files.readAllLines(version)) {
          assertThat(line).matches("line \\d+");
          numbers.add(Integer.valueOf(line.substring(5)));
        }
        assertThat(numbers).as("the order in %s", version).isSorted().doesNotHaveDuplicates();
        lines.addAll(numbers);
      }
    }
    return lines;
  }

  private static void awaitLine(Mesh mesh, int node, int line) {
    Path file = mesh.files(node, "pair").resolve("logs/lines");
    Awaitility.await("line " + line + " on node " + node)
        .atMost(Duration.ofSeconds(90))
        .until(() -> Files.exists(file) && Files.readString(file).contains("line " + line + "\n"));
  }
}
