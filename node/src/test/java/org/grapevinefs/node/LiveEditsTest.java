// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.grapevinefs.node.admin.Refusal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Edits of the configuration folder while the node runs. */
class LiveEditsTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String ZONE = "quota = \"10MB\"\nmembers = [\"alpha\"]\n";

  @TempDir Path temp;
  private NodeFolder folder;
  private Node node;

  @BeforeEach
  void start() throws Exception {
    folder = new NodeFolder(temp, "alpha");
    folder.zone("docs", ZONE);
    node = folder.start();
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private long quota() {
    try {
      return node.administered().zone("docs").getQuotaBytes();
    } catch (Refusal e) {
      return -1;
    }
  }

  private List<String> zones() {
    return node.administered().zones().stream().map(zone -> zone.getName()).toList();
  }

  @Test
  void edit_zoneAddedAndRemoved_isServedAndIsNot() throws Exception {
    folder.zone("films", ZONE);
    await().atMost(SOON).until(() -> zones().contains("films"));
    assertThat(folder.volume.resolve("films")).isDirectory();
    Files.delete(folder.config.resolve("zones.d/films.toml"));
    await().atMost(SOON).until(() -> !zones().contains("films"));
    assertThat(folder.volume.resolve("films")).isDirectory();
    assertThat(zones()).containsExactly("docs");
  }

  @Test
  void edit_quota_isInForce() throws Exception {
    folder.zone("docs", ZONE.replace("10MB", "64MB"));
    await().atMost(SOON).until(() -> quota() == 64L << 20);
    folder.zone("docs", ZONE.replace("10MB", "2MB"));
    await().atMost(SOON).until(() -> quota() == 2L << 20);
  }

  @Test
  void edit_withAMistake_keepsTheLastGoodAndStatusSaysSoUntilMended() throws Exception {
    folder.zone("docs", ZONE + "kwota = 5\n");
    await().atMost(SOON).until(() -> !node.administered().problems().isEmpty());
    assertThat(node.administered().problems())
        .singleElement()
        .asString()
        .contains("docs.toml:3:1: ", "kwota", "did you mean \"quota\"?", "last good");
    assertThat(zones()).containsExactly("docs");
    assertThat(quota()).isEqualTo(10L << 20);
    folder.zone("docs", ZONE.replace("10MB", "20MB"));
    await().atMost(SOON).until(() -> quota() == 20L << 20);
    assertThat(node.administered().problems()).isEmpty();
  }

  @Test
  void edit_keyWithoutEffectYet_isAWarning() throws Exception {
    folder.zone("docs", ZONE + "ignore = [\"*.tmp\"]\n");
    await()
        .atMost(SOON)
        .until(() ->
            node.administered().status().getWarningsList().stream()
                .anyMatch(text -> text.contains("docs.toml:3:1: ignore is right, but")));
    assertThat(node.administered().problems()).isEmpty();
  }

  @Test
  void edit_nodeToml_saysThatItNeedsAStart() throws Exception {
    folder.writeNode("[[volume]]\nname = \"more\"\npath = \"" + temp + "\"\n");
    await()
        .atMost(SOON)
        .until(() ->
            node.administered()
                .status()
                .getWarningsList()
                .contains("node.toml was edited: the edit holds from the next start"));
  }

  @Test
  void edit_meshTomlOfAnotherMesh_saysThatItNeedsAStart() throws Exception {
    folder.mesh(List.of(folder), List.of(folder.key()));
    await().atMost(SOON).until(() -> !node.administered().problems().isEmpty());
    assertThat(node.administered().problems())
        .singleElement()
        .asString()
        .startsWith("mesh.toml is of another mesh: start the node again");
    node.close();
    node = folder.start();
    assertThat(node.administered().problems()).isEmpty();
    assertThat(node.administered().status().getNode().getMesh())
        .isEqualTo("00112233445566778899aabbccddeeff");
  }

  @Test
  void edit_meshTomlWithoutThisNode_keepsTheLastGoodAndStatusSaysSo() throws Exception {
    NodeFolder other = new NodeFolder(temp, "other");
    node.close();
    folder.mesh(List.of(folder), List.of(folder.key()));
    node = folder.start();
    folder.mesh(List.of(other), List.of(other.key()));
    await().atMost(SOON).until(() -> !node.administered().problems().isEmpty());
    assertThat(node.administered().problems())
        .singleElement()
        .asString()
        .contains("does not list this node, \"alpha\"", "the last good one stays in force");
    folder.mesh(List.of(folder, other), List.of(folder.key(), other.key()));
    await().atMost(SOON).until(() -> node.administered().problems().isEmpty());
    assertThat(node.administered().status().getPeersList())
        .extracting(peer -> peer.getName())
        .containsExactly("other");
  }
}
