// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.grapevinefs.node.Node;
import org.grapevinefs.node.NodeOptions;
import org.grapevinefs.node.Plainly;
import org.grapevinefs.node.StartFailure;
import org.grapevinefs.node.admin.Administered;
import org.grapevinefs.node.proto.Zone;
import org.jspecify.annotations.Nullable;

/** A whole mesh on this machine: some or all of its nodes run in this process. */
public final class Demo implements AutoCloseable {
  private static final int USUAL_NODES = 3;
  private static final long REFRESH_MILLIS = 1_000;

  private final DemoPlan plan;
  private final List<Node> nodes = new CopyOnWriteArrayList<>();
  private volatile boolean stopping;

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
    List<Integer> starting = only == null ? plan.numbers() : List.of(only);
    try {
      new DemoFiles(plan).write(starting);
    } catch (IOException e) {
      throw new StartFailure(
          "the demo cannot be written to " + plan.folder() + ": " + Plainly.of(e));
    }
    Demo demo = new Demo(plan);
    try {
      for (int i : starting) {
        String prefix = only == null ? plan.name(i) + " " : "";
        Node node = Node.start(NodeOptions.of(plan.config(i), plan.data(i)).withPrefix(prefix));
        demo.nodes.add(node);
        refuseFailed(node);
      }
    } catch (StartFailure | RuntimeException e) {
      demo.close();
      throw e;
    }
    return demo;
  }

  /** A node goes on without a zone that fails; a demo without its zones shows nothing. */
  private static void refuseFailed(Node node) throws StartFailure {
    for (Zone zone : node.administered().zones()) {
      if (zone.getRole().equals("failed")) {
        throw new StartFailure(
            "zone " + zone.getName() + ": " + String.join("; ", zone.getProblemsList()));
      }
    }
  }

  /** The nodes that run here. */
  public List<Node> nodes() {
    return List.copyOf(nodes);
  }

  /** Says where everything is and how to mount it. */
  public void introduce(PrintStream out) {
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
    out.println("Mount on macOS, whose client speaks NFS 4.0 (from another machine: its name):");
    for (int i : plan.numbers()) {
      out.println(
          "  mkdir -p ~/gv"
              + i
              + " && sudo mount -t nfs -o vers=4,tcp,port="
              + plan.nfs(i).port()
              + " 127.0.0.1:/shared ~/gv"
              + i);
    }
    out.println(
        "  sudo mount -t nfs -o vers=4,tcp,port=" + plan.nfs(1).port() + " 127.0.0.1:/scratch DIR");
    if (plan.nfs(1).isLoopback()) {
      out.println("From other machines: start it with --nfs-address 0.0.0.0.");
    }
    out.println();
    out.println("Ask a node:  grapevine status --admin " + plan.admin(1));
    out.println("Stop: Ctrl-C. The data stays, for the next start.");
    out.println();
    out.println("ready");
    out.flush();
  }

  /** Shows how it stands until it is stopped. */
  public void watch(DemoScreen screen) throws InterruptedException {
    while (!stopping) {
      try {
        screen.show(nodes.stream().map(Node::administered).map(Administered::status).toList());
      } catch (RuntimeException e) {
        if (!stopping) {
          throw e;
        }
      }
      Thread.sleep(REFRESH_MILLIS);
    }
  }

  /** Stops all nodes, with versions written. */
  @Override
  public void close() {
    stopping = true;
    List<Thread> threads =
        nodes.stream().map(node -> Thread.ofPlatform().start(node::close)).toList();
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    nodes.clear();
  }
}
