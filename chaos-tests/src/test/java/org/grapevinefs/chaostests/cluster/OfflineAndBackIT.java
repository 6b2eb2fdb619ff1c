// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was done on nodes that could not see each other is, in the end, on all of them. */
class OfflineAndBackIT {

  private static final String ZONE = "shared";

  @TempDir Path folder;

  @Test
  void workOnNodesApart_onceTogether_isKeptWholeOnAll() throws Exception {
    LinuxClient.requireOrAbort();
    try (Mesh mesh = Mesh.make(folder, 3).zone(ZONE, 1, 2, 3).start(1, 2, 3);
        LinuxClient client = LinuxClient.boot()) {
      fill(mesh, client);
      mesh.awaitSame(ZONE, 1, 2, 3);
      for (int i = 1; i <= 3; i++) {
        mesh.node(i).stop();
      }

      mesh.start(3);
      client.mount("three", mesh.node(3).nfsPort(), "/shared", "");
      client
          .run(
              """
              cd /mnt/three
              echo "edited by three" > docs/twice.txt
              echo new > new-by-three; echo added > docs/added-by-three; echo more > other/more
              cd /; umount /mnt/three
              """)
          .orFail();
      mesh.node(3).stop();

      mesh.start(1);
      client.mount("again", mesh.node(1).nfsPort(), "/shared", "");
      client
          .run(
              """
              cd /mnt/again
              echo "edited by one" > docs/twice.txt
              for i in $(seq 500); do echo "changed $i" > docs/f$i; done
              for i in $(seq 501 600); do rm docs/f$i; done
              mv docs papers
              cd /; umount /mnt/again
              """)
          .orFail();

      mesh.start(2, 3);
      Listing all = mesh.awaitSame(ZONE, 1, 2, 3);
      assertThat(all.entries())
          .containsKeys("new-by-three", "papers/added-by-three", "other/more", "papers/f700")
          .doesNotContainKeys("docs", "papers/f501", "papers/f600");
      Path papers = mesh.files(2, ZONE).resolve("papers");
      assertThat(papers.resolve("f500")).content().isEqualTo("changed 500\n");
      assertThat(versions(papers))
          .containsExactlyInAnyOrder("edited by one\n", "edited by three\n");
      assertThat(conflicts(mesh.node(2)))
          .contains("papers/twice.txt")
          .contains("node-1")
          .contains("node-3");
    }
  }

  private static void fill(Mesh mesh, LinuxClient client) throws Exception {
    client.mount("one", mesh.node(1).nfsPort(), "/shared", "");
    client
        .run(
            """
            cd /mnt/one; mkdir docs other
            for i in $(seq 700); do echo "file $i" > docs/f$i; done
            echo base > docs/twice.txt; echo x > other/x
            cd /; umount /mnt/one
            """)
        .orFail();
  }

  private static List<String> versions(Path papers) throws Exception {
    List<String> versions = new ArrayList<>();
    try (var files = Files.newDirectoryStream(papers, "twice*")) {
      for (Path file : files) {
        versions.add(Files.readString(file));
      }
    }
    return versions;
  }

  private static String conflicts(MeshNode node) throws Exception {
    return node.command("conflicts", ZONE);
  }
}
