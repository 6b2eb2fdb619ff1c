// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.grapevinefs.node.admin.Refusal;
import org.grapevinefs.node.proto.Conflict;
import org.grapevinefs.node.proto.ConflictVersion;
import org.grapevinefs.node.proto.ResolveConflictRequest;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.CreateMode;
import org.grapevinefs.replication.fs.OpenMode;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.Stability;
import org.grapevinefs.replication.fs.ZoneFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files edited on two nodes apart: listed with both versions, and ended in each of three ways. */
class ConflictsIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir Path temp;

  private static void write(Node node, String name, String text) throws Exception {
    ZoneFileSystem zone = ((ServedZone.Held) node.zones().find("docs").orElseThrow()).files();
    FileId file =
        zone.create(
                Caller.SYSTEM,
                FileId.ROOT,
                EntryName.of(name),
                new CreateMode.Unchecked(),
                SetAttributes.mode(0644))
            .attributes()
            .id();
    zone.opened(file, OpenMode.WRITE);
    zone.setattr(Caller.SYSTEM, file, SetAttributes.size(0));
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    zone.write(Caller.SYSTEM, file, 0, bytes, Stability.FILE_SYNC);
    zone.closed(file, OpenMode.WRITE);
  }

  private static Map<String, String> plainFiles(NodeFolder node) throws Exception {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(node.volume.resolve("docs"))) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    return files;
  }

  private static String resolve(Node node, String path, String keep) throws Refusal {
    return node.administered()
        .resolve(
            ResolveConflictRequest.newBuilder()
                .setZone("docs")
                .setPath(path)
                .setKeep(keep)
                .build());
  }

  @Test
  void conflicts_ofFilesEditedApart_areListedAndEndedAsAsked() throws Exception {
    NodeFolder alpha = new NodeFolder(temp, "alpha");
    NodeFolder beta = new NodeFolder(temp, "beta");
    List<NodeFolder> both = List.of(alpha, beta);
    for (NodeFolder node : both) {
      node.mesh(both, List.of(alpha.key(), beta.key()));
      node.zone("docs", "quota = \"10MB\"\nmembers = [\"alpha\", \"beta\"]\n");
    }
    List<String> names = List.of("ours.txt", "theirs.txt", "both.txt");
    try (Node one = alpha.start();
        Node _ = beta.start()) {
      for (String name : names) {
        write(one, name, "first");
      }
      assertThat(one.administered().await("docs", 30_000).getSame()).isTrue();
    }
    try (Node two = beta.start()) {
      for (String name : names) {
        write(two, name, "of beta");
      }
    }
    try (Node one = alpha.start()) {
      for (String name : names) {
        write(one, name, "of alpha");
      }
      try (Node two = beta.start()) {
        await()
            .atMost(SOON)
            .until(() -> two.administered().conflicts("docs").getConflictsCount() == 3);
        Conflict conflict = two.administered().conflicts("").getConflicts(0);
        assertThat(conflict.getVersionsList())
            .extracting(ConflictVersion::getWho)
            .containsExactly("alpha", "beta");
        assertThat(resolve(two, "ours.txt", "ours")).startsWith("kept ours.txt, removed ");
        assertThat(resolve(two, "theirs.txt", "theirs")).startsWith("theirs.txt is now what ");
        assertThat(resolve(two, "/both.txt", "both"))
            .isEqualTo("kept both: both.txt and both (beta).txt");
        assertThatThrownBy(() -> resolve(two, "ours.txt", "ours"))
            .hasMessageStartingWith("no conflict at ours.txt");
        assertThat(two.administered().conflicts("").getConflictsCount()).isZero();
        Map<String, String> wanted =
            Map.of(
                "ours.txt", "of alpha",
                "theirs.txt", "of beta",
                "both.txt", "of alpha",
                "both (beta).txt", "of beta");
        await().atMost(SOON).until(() -> plainFiles(alpha).equals(wanted));
        await().atMost(SOON).until(() -> plainFiles(beta).equals(wanted));
        assertThat(one.administered().conflicts("docs").getConflictsCount()).isZero();
      }
    }
  }
}
