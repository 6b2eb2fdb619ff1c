// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.sim;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.Entry;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Inode;
import org.grapevinefs.replication.core.Shown;
import org.grapevinefs.replication.core.TreeView;

/** What must hold when peace has come: all are one, whole, still, and nothing is lost. */
final class FinalChecks {

  private final World world;
  private final Sessions sessions;

  FinalChecks(World world, Sessions sessions) {
    this.world = world;
    this.sessions = sessions;
  }

  void run() {
    long before = sessions.pulls();
    SimNode first = world.nodes.getFirst();
    Map<FileId, Inode> registers = Sessions.alive(first);
    TreeView view = new TreeView(first.replica().inodes(), first.replica().originNames());
    for (SimNode node : world.nodes) {
      if (node.replica().stateDigest() != first.replica().stateDigest()) {
        throw new Violation(
            "convergence",
            first
                + " and "
                + node
                + " differ in their digests"
                + Sessions.differences(first, node));
      }
      if (!Sessions.alive(node).equals(registers)) {
        throw new Violation(
            "equal digests, equal state",
            first + " and " + node + " differ" + Sessions.differences(first, node));
      }
      checkDisk(node, view);
      world.nodes.stream()
          .filter(other -> !other.equals(node))
          .forEach(other -> sessions.heartbeat(node, other));
    }
    world.schedule.advance(10_000_000);
    if (sessions.pulls() != before) {
      throw new Violation("quiet", "equal replicas asked each other for records");
    }
    world.ledger.check(shown(view), first.replica().knowledge());
    checkWhole(view, registers);
  }

  /** The names on a node's disk must be the view, and its bytes what was written. */
  private void checkDisk(SimNode node, TreeView view) {
    Map<FileId, Map<String, TreeView.Line>> wanted = new TreeMap<>();
    view.directories()
        .forEach((directory, names) ->
            names.forEach((name, line) ->
                wanted
                    .computeIfAbsent(directory, d -> new TreeMap<>())
                    .put(name.toString(), line)));
    Map<FileId, Map<String, TreeView.Line>> found = new TreeMap<>();
    for (Entry entry : node.entries()) {
      TreeView.Line line =
          new TreeView.Line(entry.shown(), entry.source(), entry.type(), entry.content());
      found
          .computeIfAbsent(entry.directory(), d -> new TreeMap<>())
          .put(entry.name().toString(), line);
    }
    if (!found.equals(wanted)) {
      throw new Violation(
          "valid tree", "%s shows%n  %s%nbut the view is%n  %s".formatted(node, found, wanted));
    }
    node.verifyDisk();
    checkBytes(node);
    checkCounts(node);
  }

  /** Behind every name stand the bytes that the change it shows wrote. */
  private void checkBytes(SimNode node) {
    for (Entry entry : node.entries()) {
      Dot content = entry.content();
      if (entry.type() == FileType.REGULAR && content != null) {
        int[] found = node.bytes(entry.shown());
        int[] wanted = world.ledger.bytes(content);
        if (!Arrays.equals(found, wanted)) {
          throw new Violation(
              "convergence",
              "%s holds %s under %s, not %s"
                  .formatted(node, Arrays.toString(found), entry, Arrays.toString(wanted)));
        }
      }
    }
  }

  /** Link counts and the count of conflict copies are those of the names on disk. */
  private static void checkCounts(SimNode node) {
    Map<FileId, Integer> links = new HashMap<>();
    int conflicts = 0;
    List<Entry> entries = node.entries();
    for (Entry entry : entries) {
      boolean directory = entry.type() == FileType.DIRECTORY;
      links.merge(entry.shown(), directory ? 2 : 1, Integer::sum);
      if (directory) {
        links.merge(entry.directory(), 1, Integer::sum);
      }
      conflicts += entry.isConflict() ? 1 : 0;
    }
    for (Entry entry : entries) {
      Shown shown = Objects.requireNonNull(node.replica().shown(entry.shown()));
      if (shown.links() != Objects.requireNonNull(links.get(entry.shown()))) {
        throw new Violation("valid tree", node + " counts other links than there are: " + shown);
      }
    }
    if (node.replica().counts().conflicts() != conflicts) {
      throw new Violation(
          "valid tree",
          node
              + " counts %d conflict copies, there are %d"
                  .formatted(node.replica().counts().conflicts(), conflicts));
    }
  }

  private static Map<FileId, Set<Dot>> shown(TreeView view) {
    Map<FileId, Set<Dot>> shown = new HashMap<>();
    for (TreeView.Line line : view.paths().values()) {
      Dot content = line.content();
      if (content != null) {
        shown.computeIfAbsent(line.source(), s -> new HashSet<>()).add(content);
      }
    }
    return shown;
  }

  /** Every file that is there has a way to it from the root. */
  private static void checkWhole(TreeView view, Map<FileId, Inode> alive) {
    Set<FileId> reached = new HashSet<>();
    view.paths().values().forEach(line -> reached.add(line.source()));
    for (Inode inode : alive.values()) {
      boolean shows =
          inode.isRoot() || reached.contains(inode.id()) || view.merged().containsKey(inode.id());
      if (!shows) {
        throw new Violation("valid tree", "no way leads to " + inode);
      }
      for (Content content : inode.contents()) {
        if (inode.type() == FileType.DIRECTORY && !(content instanceof Content.Directory)) {
          throw new Violation("valid tree", "a directory with bytes: " + inode);
        }
      }
    }
  }
}
