// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.grapevinefs.node.admin.Refusal;
import org.grapevinefs.node.proto.Status;
import org.grapevinefs.node.proto.Zone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes in this process, over real sockets on loopback: how they start, and what they refuse. */
class NodeTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String ZONE = "quota = \"10MB\"\nmembers = [\"alpha\"]\n";

  @TempDir Path temp;

  private NodeFolder alpha() throws IOException {
    return new NodeFolder(temp, "alpha");
  }

  @Test
  void start_theFirstTime_tellsThePublicKeyAndServes() throws Exception {
    NodeFolder folder = alpha();
    folder.zone("docs", ZONE);
    try (Node node = folder.start()) {
      Status status = node.administered().status();
      assertThat(status.getNode().getPublicKey()).isEqualTo(folder.key());
      String key = folder.key();
      assertThat(node.events().last(0)).anyMatch(event -> event.text().contains("key " + key));
      assertThat(status.getZonesList()).extracting(Zone::getRole).containsExactly("member");
      assertThat(status.getProblemsList()).isEmpty();
      assertThat(status.getWarningsList())
          .anyMatch(text -> text.startsWith("zone docs: only one member, alpha"))
          .anyMatch(text -> text.contains("\"main\" is not Btrfs"));
      assertThat(node.events().last(0))
          .anyMatch(event ->
              event.level() == EventLog.Level.WARNING
                  && event.zone().equals("docs")
                  && event.text().startsWith("only one member"));
    }
  }

  @Test
  void start_zoneOnAMissingVolume_othersGoOnAndItFollowsWhenTheDiskCame() throws Exception {
    NodeFolder folder = alpha();
    Path disk = temp.resolve("disk");
    folder.writeNode("[[volume]]\nname = \"disk\"\npath = \"" + disk + "\"\n");
    folder.zone("docs", ZONE);
    folder.zone("films", ZONE + "[placement]\nalpha = \"disk\"\n");
    try (Node node = folder.start()) {
      assertThat(node.administered().zone("docs").getRole()).isEqualTo("member");
      Zone failed = node.administered().zone("films");
      assertThat(failed.getRole()).isEqualTo("failed");
      String why = "volume \"disk\": " + disk + " is not there: mount its disk";
      assertThat(failed.getProblems(0)).startsWith(why);
      assertThat(node.administered().status().getProblemsList())
          .anyMatch(text -> text.startsWith("zone films: " + why));
      assertThat(disk).doesNotExist();
      Files.createDirectory(disk);
      await().atMost(SOON).until(() -> role(node, "films").equals("member"));
      assertThat(node.administered().status().getProblemsList()).isEmpty();
    }
  }

  private static String role(Node node, String zone) {
    try {
      return node.administered().zone(zone).getRole();
    } catch (Refusal e) {
      return "none";
    }
  }

  @Test
  void start_dataFolderOfAnotherNode_isRefusedByBothNames() throws Exception {
    NodeFolder folder = alpha();
    folder.start().close();
    Files.writeString(
        folder.config.resolve("node.toml"),
        Files.readString(folder.config.resolve("node.toml")).replace("\"alpha\"", "\"beta\""));
    assertThatThrownBy(folder::start)
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("belongs to node \"alpha\"")
        .hasMessageContaining("\"beta\"")
        .hasMessageContaining("--data");
  }

  @Test
  void start_dataFolderInUse_isRefused() throws Exception {
    NodeFolder folder = alpha();
    Node first = folder.start();
    try {
      assertThatThrownBy(folder::start)
          .isInstanceOf(StartFailure.class)
          .hasMessageContaining("another node is running with the data folder " + folder.data);
    } finally {
      first.close();
    }
    folder.start().close();
  }

  @Test
  void start_keyOtherThanInTheMesh_isRefusedAndSaysTheRightOne() throws Exception {
    NodeFolder folder = alpha();
    NodeFolder other = new NodeFolder(temp, "other");
    folder.mesh(List.of(folder), List.of(other.key()));
    assertThatThrownBy(folder::start)
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("another key")
        .hasMessageContaining(folder.key());
    folder.mesh(List.of(other), List.of(other.key()));
    assertThatThrownBy(folder::start)
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("does not list this node, \"alpha\"")
        .hasMessageContaining(folder.key());
  }

  @ParameterizedTest
  @ValueSource(strings = {"nfs", "admin", "peer"})
  void start_tcpPortInUse_saysWhichKeyToSetAndLeavesNothingBehind(String section) throws Exception {
    NodeFolder folder = alpha();
    folder.zone("docs", ZONE);
    int port =
        switch (section) {
          case "nfs" -> folder.nfs;
          case "admin" -> folder.admin;
          default -> folder.peer;
        };
    try (ServerSocket taken = new ServerSocket()) {
      taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      assertThatThrownBy(folder::start)
          .isInstanceOf(StartFailure.class)
          .hasMessageContaining("cannot listen on 127.0.0.1:" + port + ": the port is in use")
          .hasMessageContaining("[" + section + "] listen");
    }
    folder.start().close();
  }

  @Test
  void start_udpPortInUse_saysWhichKeyToSet() throws Exception {
    NodeFolder folder = alpha();
    try (DatagramSocket _ =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), folder.peer))) {
      assertThatThrownBy(folder::start)
          .isInstanceOf(StartFailure.class)
          .hasMessageContaining("the port is in use")
          .hasMessageContaining("[gossip] listen");
    }
  }

  @Test
  void start_addressOfAnotherMachine_saysSo() throws Exception {
    NodeFolder folder = alpha();
    Path file = folder.config.resolve("node.toml");
    String nfs = "listen = \"127.0.0.1:" + folder.nfs + "\"";
    Files.writeString(
        file, Files.readString(file).replace(nfs, "listen = \"192.0.2.77:" + folder.nfs + "\""));
    assertThatThrownBy(folder::start)
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("192.0.2.77")
        .hasMessageContaining("set [nfs] listen in node.toml");
  }

  @Test
  void start_mistakesInNodeToml_areAllToldWithTheirPlaces() throws Exception {
    NodeFolder folder = alpha();
    Files.writeString(
        folder.config.resolve("node.toml"), "nane = \"alpha\"\n[nfs]\nlisten = \"here\"\n");
    assertThatThrownBy(folder::start)
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("node.toml:1:1: ")
        .hasMessageContaining("did you mean \"name\"?")
        .hasMessageContaining("node.toml:3:10: ");
  }

  @Test
  void start_mistakeInAZonesFile_goesOnWithoutItAndStatusSaysSo() throws Exception {
    NodeFolder folder = alpha();
    folder.zone("docs", ZONE);
    folder.zone("films", "quota = \"5 gb\"\nmembers = [\"alpha\"]\n");
    try (Node node = folder.start()) {
      assertThat(role(node, "docs")).isEqualTo("member");
      assertThat(role(node, "films")).isEqualTo("none");
      assertThat(node.administered().problems())
          .singleElement()
          .asString()
          .contains("films.toml:1:9: ", "did you mean \"5GB\"?");
    }
  }

  @Test
  void start_overAnIndexThatAnotherNodeHasOpen_failsThatZoneOnly() throws Exception {
    NodeFolder folder = alpha();
    folder.zone("docs", ZONE);
    NodeFolder second = new NodeFolder(temp, "second");
    second.writeNode("[[volume]]\nname = \"theirs\"\npath = \"" + folder.volume + "\"\n");
    second.zone("own", "quota = \"10MB\"\nmembers = [\"second\"]\n");
    second.zone(
        "docs", "quota = \"10MB\"\nmembers = [\"second\"]\n[placement]\nsecond = \"theirs\"\n");
    try (Node _ = folder.start();
        Node other = second.start()) {
      assertThat(role(other, "own")).isEqualTo("member");
      assertThat(other.administered().zone("docs").getRole()).isEqualTo("failed");
      assertThat(other.administered().zone("docs").getProblems(0)).contains("another process");
    }
  }
}
