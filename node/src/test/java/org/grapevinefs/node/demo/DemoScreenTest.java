// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.grapevinefs.node.proto.Member;
import org.grapevinefs.node.proto.Node;
import org.grapevinefs.node.proto.Peer;
import org.grapevinefs.node.proto.Status;
import org.grapevinefs.node.proto.Zone;
import org.grapevinefs.node.proto.ZoneVersion;
import org.junit.jupiter.api.Test;

class DemoScreenTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  private String shown() {
    String text = bytes.toString(StandardCharsets.UTF_8);
    bytes.reset();
    return text;
  }

  private static Status status(String node, long version) {
    return Status.newBuilder()
        .setNode(Node.newBuilder().setName(node))
        .addPeers(Peer.newBuilder().setName("node-3").setState("unreachable"))
        .addZones(
            Zone.newBuilder()
                .setName("shared")
                .setRole("member")
                .setFiles(version)
                .setVersion(ZoneVersion.newBuilder().setSum(version))
                .addMembers(Member.newBuilder().setName("node-3").setBehind(2))
                .setConflicts(1)
                .addProblems("full"))
        .build();
  }

  @Test
  void show_notOnATerminal_printsOnlyLinesThatChanged() {
    DemoScreen screen = new DemoScreen(out);
    screen.show(List.of(status("node-1", 1), status("node-2", 1)));
    assertThat(shown())
        .isEqualTo(
            """
            node-1   shared   version 1, 1 files, node-3 2 behind, 1 conflicts ! full
            node-1  does not hear node-3
            node-2   shared   version 1, 1 files, node-3 2 behind, 1 conflicts ! full
            node-2  does not hear node-3
            """);
    screen.show(List.of(status("node-1", 1), status("node-2", 1)));
    assertThat(shown()).isEmpty();
    screen.show(List.of(status("node-1", 1), status("node-2", 5)));
    assertThat(shown()).startsWith("node-2   shared   version 5").hasLineCount(1);
  }

  @Test
  void show_onATerminal_redrawsInPlaceWithoutWrapping() {
    DemoScreen screen = new DemoScreen(out, () -> 40);
    screen.show(List.of(status("node-1", 1)));
    assertThat(shown()).startsWith("\u001b[?7lnode-1").endsWith("\u001b[?7h");
    screen.show(List.of(status("node-1", 2)));
    assertThat(shown()).startsWith("\u001b[?7l\u001b[2Anode-1   shared   version 2");
  }

  @Test
  void show_onATerminalWithFewLines_fitsInto() {
    List<Status> many = new ArrayList<>();
    for (int i = 1; i <= 20; i++) {
      many.add(status("node-" + i, i));
    }
    new DemoScreen(out, () -> 10).show(many);
    String text = shown();
    assertThat(text.chars().filter(c -> c == '\n')).hasSize(9);
    assertThat(text).contains("and 32 more lines: see grapevine status");
  }
}
