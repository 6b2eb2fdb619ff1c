// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of a zone that merges, changed on two nodes apart by ordinary programs. */
class MergedFilesIT {

  private static final String ZONE = "shared";

  @TempDir Path folder;

  @Test
  void recordsAndText_changedApart_areOneFileAgainWhereTheyCanBe() throws Exception {
    LinuxClient.requireOrAbort();
    String merges = "merge = [\"*.jsonl\"]\nmerge-text = [\"*.md\"]\n";
    try (Mesh mesh = Mesh.make(folder, 3).zone(ZONE, 1, 2, 3).zoneSays(ZONE, merges);
        LinuxClient client = LinuxClient.boot()) {
      mesh.start(1, 2, 3);
      work(
          mesh,
          client,
          1,
          """
          for i in 1 2 3 4; do
            printf '{"id": %d, "do": "thing %d", "done": 0}\\n' $i $i
          done > list.jsonl
          cp list.jsonl other.jsonl; seq 20 > notes.md; seq 5 > clash.md
          """);
      mesh.awaitSame(ZONE, 1, 2, 3);
      for (int i = 1; i <= 3; i++) {
        mesh.node(i).stop();
      }

      mesh.start(3);
      // In place, and as programs do that save a new file over the old one.
      work(
          mesh,
          client,
          3,
          """
          echo '{"id": 5, "do": "more"}' >> list.jsonl
          sed -i '/thing 2/s/"done": 0/"done": 1/' other.jsonl
          sed -i 's/^3$/three/' notes.md; sed -i 's/^3$/three/' clash.md
          """);
      mesh.node(3).stop();
      mesh.start(1);
      work(
          mesh,
          client,
          1,
          """
          sed 's/thing 1/thing one/' list.jsonl > /tmp/x; cat /tmp/x > list.jsonl
          sed -i 's/thing 2/thing two/; /thing 4/d' other.jsonl
          echo 21 >> notes.md; sed -i 's/^3$/drei/' clash.md
          """);
      mesh.start(2, 3);

      awaitMerged(mesh.files(2, ZONE));
      mesh.awaitSame(ZONE, 1, 2, 3);
      assertThat(mesh.node(2).command("conflicts", ZONE))
          .contains("clash.md")
          .doesNotContain("jso");
    }
  }

  private static void awaitMerged(Path there) {
    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(() -> {
          assertThat(Files.readString(there.resolve("list.jsonl")))
              .contains("thing one")
              .contains("more");
          assertThat(Files.readString(there.resolve("other.jsonl")))
              .contains("{\"id\":2,\"do\":\"thing two\",\"done\":1}")
              .doesNotContain("thing 4");
          assertThat(Files.readString(there.resolve("notes.md")))
              .contains("\nthree\n")
              .endsWith("21\n");
          assertThat(there.toFile().list()).hasSize(5);
        });
  }

  private static void work(Mesh mesh, LinuxClient client, int node, String script)
      throws Exception {
    client.mount("zone", mesh.node(node).nfsPort(), "/shared", "");
    client.run("set -e; cd /mnt/zone\n" + script + "cd /; umount /mnt/zone\n").orFail();
  }
}
