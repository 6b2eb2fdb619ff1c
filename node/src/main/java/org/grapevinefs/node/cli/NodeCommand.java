// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.grapevinefs.node.Node;
import org.grapevinefs.node.NodeOptions;
import org.grapevinefs.node.StartFailure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code grapevine node}. */
@Command(
    name = "node",
    mixinStandardHelpOptions = true,
    description = "Runs this machine's node, in the foreground; logs to stderr.")
final class NodeCommand implements Callable<Integer> {
  @Option(
      names = "--config",
      paramLabel = "DIR",
      defaultValue = "/etc/grapevine",
      description = "node.toml, mesh.toml and zones.d/ (default: /etc/grapevine).")
  private Path config;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "/var/lib/grapevine",
      description = "The node's key and its last known state (default: /var/lib/grapevine).")
  private Path data;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  NodeCommand() {}

  @Override
  @SuppressWarnings("MustBeClosed") // closed when the process is told to end
  public Integer call() throws InterruptedException {
    try {
      Node node = Node.start(NodeOptions.of(config, data));
      Foreground.untilStopped(node);
      Hangups.call(node::readConfigurationNow);
    } catch (StartFailure e) {
      throw new CommandFailure(String.valueOf(e.getMessage()));
    }
    Foreground.await();
    return Grapevine.DONE;
  }
}
