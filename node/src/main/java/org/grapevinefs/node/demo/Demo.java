// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.grapevinefs.node.Node;
import org.grapevinefs.node.NodeOptions;
import org.grapevinefs.node.StartFailure;
import org.grapevinefs.node.admin.Administered;
import org.jspecify.annotations.Nullable;

/** A whole mesh on this machine: some or all of its nodes run in this process. */
public final class Demo implements AutoCloseable {
  private static final int USUAL_NODES = 3;
  private static final long REFRESH_MILLIS = 1_000;

  private final DemoPlan plan;
  private final List<Node> nodes = new ArrayList<>();

  private Demo(DemoPlan plan) {
    this.plan = plan;
  }

  /** How many nodes a demo has when nobody says: as many as are there, else 3. */
  public static int usualNodes(Path folder) {
    return DemoFiles.existing(folder.toAbsolutePath()).orElse(USUAL_NODES);
  }

  /**
   * Writes what is missing and starts the nodes.
   *
   * @param only the number of the only node to start; null for all
   */
  public static Demo start(DemoPlan plan, @Nullable Integer only) throws StartFailure {
    if (only != null && (only < 1 || only > plan.nodes())) {
      throw new StartFailure("--only takes a number from 1 to " + plan.nodes() + ", not " + only);
    }
    try {
      new DemoFiles(plan).write();
    } catch (IOException e) {
      throw new StartFailure("the demo cannot be written to " + plan.folder() + ": " + e);
    }
    Demo demo = new Demo(plan);
    try {
      for (int i : only == null ? plan.numbers() : List.of(only)) {
        String prefix = only == null ? plan.name(i) + " " : "";
        demo.nodes.add(Node.start(NodeOptions.of(plan.config(i), plan.data(i)).withPrefix(prefix)));
      }
    } catch (StartFailure | RuntimeException e) {
      demo.close();
      throw e;
    }
    return demo;
  }

  /** The nodes that run here. */
  public List<Node> nodes() {
    return List.copyOf(nodes);
  }

  /** Says where everything is and how to mount it. */
  public void introduce(PrintStream out) {
    out.println("GrapeVineFS demo: " + plan.nodes() + " nodes, all under " + plan.folder());
    out.println();
    out.println("zone shared   on all nodes; plain files in " + plan.volume(1).resolve("shared"));
    out.println("zone scratch  on node-1 only; every node serves it");
    out.println();
    out.println("Mount on Linux (other zones and nodes likewise):");
    for (int i : plan.numbers()) {
      out.println(
          "  sudo mkdir -p /mnt/gv"
              + i
              + " && sudo mount -t nfs4 -o port="
              + plan.nfs(i).port()
              + " 127.0.0.1:/shared /mnt/gv"
              + i);
    }
    out.println("  sudo mount -t nfs4 -o port=" + plan.nfs(1).port() + " 127.0.0.1:/scratch DIR");
    out.println(
        "Mount on macOS: not yet. Its client speaks NFS 3 and 4.0; this serves 4.1 and 4.2.");
    out.println();
    out.println("Ask a node:  grapevine status --admin " + plan.admin(1));
    out.println("Stop: Ctrl-C. The data stays, for the next start.");
    out.println();
    out.println("ready");
    out.flush();
  }

  /** Shows how it stands until the thread is interrupted. */
  public void watch(PrintStream out, boolean terminal) throws InterruptedException {
    DemoScreen screen = new DemoScreen(out, terminal);
    while (true) {
      screen.show(nodes.stream().map(Node::administered).map(Administered::status).toList());
      Thread.sleep(REFRESH_MILLIS);
    }
  }

  /** Stops all nodes, with versions written. */
  @Override
  public void close() {
    List<Thread> stopping =
        nodes.stream().map(node -> Thread.ofPlatform().start(node::close)).toList();
    for (Thread thread : stopping) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    nodes.clear();
  }
}
