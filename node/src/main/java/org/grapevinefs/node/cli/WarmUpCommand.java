// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * What the launcher runs once after a build: touches the classes that most commands need, so that
 * the Java machine can keep them ready for later starts.
 */
@Command(name = "warm-up", hidden = true, description = "Used by the launcher after a build.")
final class WarmUpCommand implements Callable<Integer> {
  private static final String[][] COMMANDS = {
    {"--help"},
    {"status", "--help"},
    {"zone", "list", "--help"},
    {"status", "--admin", "127.0.0.1:1", "--format", "json"}
  };

  @Override
  public Integer call() {
    for (String[] command : COMMANDS) {
      CommandLine line = Grapevine.commandLine();
      line.setOut(new PrintWriter(new StringWriter()));
      line.setErr(new PrintWriter(new StringWriter()));
      line.execute(command);
    }
    Output.warmUp();
    return Grapevine.DONE;
  }
}
