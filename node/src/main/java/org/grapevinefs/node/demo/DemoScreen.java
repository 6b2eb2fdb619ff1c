// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.demo;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.grapevinefs.node.proto.Member;
import org.grapevinefs.node.proto.Peer;
import org.grapevinefs.node.proto.Status;
import org.grapevinefs.node.proto.Zone;

/**
 * The demo's live status: a few lines that change in place on a terminal, and a line for each
 * change elsewhere. For one thread.
 */
final class DemoScreen {
  private static final String CLEAR_LINE = "\u001b[K";

  private final PrintStream out;
  private final boolean terminal;
  private int drawn;
  private List<String> last = List.of();

  DemoScreen(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** Shows how it stands now. */
  void show(List<Status> nodes) {
    List<String> lines = lines(nodes);
    if (terminal) {
      redraw(lines);
    } else {
      lines.stream().filter(line -> !last.contains(line)).forEach(out::println);
    }
    out.flush();
    last = lines;
  }

  private void redraw(List<String> lines) {
    StringBuilder text = new StringBuilder();
    if (drawn > 0) {
      text.append("\u001b[" + drawn + "A");
    }
    lines.forEach(line -> text.append(line).append(CLEAR_LINE).append('\n'));
    for (int i = lines.size(); i < drawn; i++) {
      text.append(CLEAR_LINE).append('\n');
    }
    drawn = Math.max(drawn, lines.size());
    out.print(text);
  }

  static List<String> lines(List<Status> nodes) {
    List<String> lines = new ArrayList<>();
    for (Status status : nodes) {
      for (Zone zone : status.getZonesList()) {
        lines.add(line(status.getNode().getName(), zone));
      }
      String away =
          String.join(
              ", ",
              status.getPeersList().stream()
                  .filter(peer -> !peer.getState().equals("alive"))
                  .map(Peer::getName)
                  .toList());
      if (!away.isEmpty()) {
        lines.add(status.getNode().getName() + "  does not hear " + away);
      }
      status.getProblemsList().forEach(p -> lines.add(status.getNode().getName() + "  ! " + p));
    }
    return lines;
  }

  private static String line(String node, Zone zone) {
    StringBuilder line = new StringBuilder();
    line.append(String.format("%-8s %-8s ", node, zone.getName()));
    if (!zone.getRole().equals("member")) {
      line.append(zone.getRole());
    } else {
      line.append("version ").append(Long.toUnsignedString(zone.getVersion().getSum()));
      line.append(", ").append(zone.getFiles()).append(" files");
    }
    for (Member member : zone.getMembersList()) {
      if (member.hasBehind() && member.getBehind() > 0) {
        line.append(", ").append(member.getName()).append(' ').append(member.getBehind());
        line.append(" behind");
      }
    }
    if (zone.getConflicts() > 0) {
      line.append(", ").append(zone.getConflicts()).append(" conflicts");
    }
    zone.getProblemsList().forEach(problem -> line.append(" ! ").append(problem));
    return line.toString();
  }
}
