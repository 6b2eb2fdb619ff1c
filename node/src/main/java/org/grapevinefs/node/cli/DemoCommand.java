// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.grapevinefs.node.StartFailure;
import org.grapevinefs.node.demo.Demo;
import org.grapevinefs.node.demo.DemoPlan;
import org.grapevinefs.node.demo.DemoScreen;
import org.grapevinefs.zonesconfig.HostPort;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code grapevine demo}. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "A whole mesh on this machine, no root needed, to try things out.",
      "Zone shared is on all nodes, zone scratch on the first only. Node I serves NFS on port"
          + " 12048+I and its admin API on 12645+I; its plain files are in DIR/node-I/volume/ZONE."
    })
final class DemoCommand implements Callable<Integer> {
  @Option(
      names = "--nodes",
      paramLabel = "N",
      description = "How many nodes (default: 3, or as many as the folder has).")
  private @Nullable Integer nodes;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      defaultValue = "demo-data",
      description = "Where it keeps everything (default: ./demo-data).")
  private Path dir;

  @Option(
      names = "--nfs-address",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "Where NFS listens; 0.0.0.0 opens it, and both zones, to other machines.")
  private String nfsAddress;

  @Option(names = "--btrfs", description = "Btrfs volumes; DIR must be on Btrfs, the user root.")
  private boolean btrfs;

  @Option(names = "--only", paramLabel = "I", description = "Runs only node I in this process.")
  private @Nullable Integer only;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  DemoCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    boolean terminal = Terminal.isThere();
    DemoPlan plan = plan();
    if (terminal) {
      // Log lines would run through the status that is drawn in place.
      System.setProperty("grapevine.log.file", plan.folder().resolve("demo.log").toString());
    }
    System.out.println(
        "GrapeVineFS demo: "
            + plan.nodes()
            + (plan.nodes() == 1 ? " node" : " nodes")
            + (only == null ? "" : ", of which only node-" + only + " runs here")
            + ", all under "
            + plan.folder());
    System.out.flush();
    Demo demo;
    try {
      demo = Demo.start(plan, only);
    } catch (StartFailure e) {
      throw new CommandFailure(String.valueOf(e.getMessage()));
    }
    Foreground.untilStopped(demo);
    demo.introduce(System.out);
    demo.watch(terminal ? new DemoScreen(System.out, Terminal::rows) : new DemoScreen(System.out));
    Foreground.await();
    return Grapevine.DONE;
  }

  private DemoPlan plan() {
    Integer asked = nodes;
    Integer one = only;
    try {
      InetAddress.getByName(nfsAddress);
    } catch (UnknownHostException e) {
      throw new ParameterException(
          spec.commandLine(),
          "--nfs-address takes an address of this machine, such as 127.0.0.1 or 0.0.0.0, not \""
              + nfsAddress
              + "\"");
    }
    try {
      HostPort address = new HostPort(nfsAddress, 0);
      DemoPlan plan =
          new DemoPlan(dir, asked == null ? Demo.usualNodes(dir) : asked, address.host(), btrfs);
      if (one != null && (one < 1 || one > plan.nodes())) {
        throw new IllegalArgumentException(
            "--only takes a number from 1 to " + plan.nodes() + ", not " + one);
      }
      return plan;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
    }
  }
}
