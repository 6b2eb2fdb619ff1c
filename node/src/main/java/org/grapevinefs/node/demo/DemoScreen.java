// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.demo;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.grapevinefs.node.proto.Member;
import org.grapevinefs.node.proto.Peer;
import org.grapevinefs.node.proto.Status;
import org.grapevinefs.node.proto.Zone;

/**
 * The demo's live status: a few lines that change in place on a terminal, and a line for each
 * change elsewhere. For one thread.
 */
public final class DemoScreen {
  private static final String CLEAR_LINE = "\u001b[K";

  /** A line that is too long for the terminal is cut, so that the next one is where we think. */
  private static final String NO_WRAP = "\u001b[?7l";

  private static final String WRAP = "\u001b[?7h";
  private static final int FEWEST_ROWS = 3;

  private final PrintStream out;
  private final Optional<IntSupplier> rows;
  private int drawn;
  private List<String> last = List.of();

  /** Plain lines, for a file or a pipe. */
  public DemoScreen(PrintStream out) {
    this.out = out;
    this.rows = Optional.empty();
  }

  /**
   * A part of a terminal's screen.
   *
   * @param rows how many lines the terminal has now
   */
  public DemoScreen(PrintStream out, IntSupplier rows) {
    this.out = out;
    this.rows = Optional.of(rows);
  }

  /** Shows how it stands now. */
  public void show(List<Status> nodes) {
    List<String> lines = lines(nodes);
    if (rows.isPresent()) {
      // The cursor's own line, below all others, counts too.
      redraw(cut(lines, Math.max(FEWEST_ROWS, rows.get().getAsInt()) - 1));
    } else {
      lines.stream().filter(line -> !last.contains(line)).forEach(out::println);
    }
    out.flush();
    last = lines;
  }

  private static List<String> cut(List<String> lines, int most) {
    if (lines.size() <= most) {
      return lines;
    }
    List<String> some = new ArrayList<>(lines.subList(0, most - 1));
    some.add("and " + (lines.size() - some.size()) + " more lines: see grapevine status");
    return some;
  }

  private void redraw(List<String> lines) {
    StringBuilder text = new StringBuilder(NO_WRAP);
    if (drawn > 0) {
      text.append("\u001b[" + drawn + "A");
    }
    lines.forEach(line -> text.append(line).append(CLEAR_LINE).append('\n'));
    for (int i = lines.size(); i < drawn; i++) {
      text.append(CLEAR_LINE).append('\n');
    }
    drawn = Math.max(drawn, lines.size());
    out.print(text.append(WRAP));
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
