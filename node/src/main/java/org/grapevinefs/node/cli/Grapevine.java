// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.grapevinefs.node.Node;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The one program: reads the words of a command line, runs the command, says how it went. */
@Command(
    name = "grapevine",
    description = "A peer-to-peer replicated storage mesh, mounted over plain NFS.",
    version = "grapevine " + Grapevine.VERSION,
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    sortOptions = false,
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "Every command answers --help. Status: 0 done, 1 could not, 2 wrong usage.",
      "First time here? Run: grapevine demo"
    },
    subcommands = {
      DemoCommand.class,
      NodeCommand.class,
      StatusCommand.class,
      NodesCommand.class,
      ZoneCommand.class,
      WaitCommand.class,
      ConflictsCommand.class,
      EventsCommand.class,
      InitCommand.class,
      ConfigCommand.class,
      WarmUpCommand.class
    })
public final class Grapevine implements Callable<Integer> {
  /** The version of this program. */
  public static final String VERSION = Node.VERSION;

  /** What a command returns that did what was asked. */
  static final int DONE = 0;

  /** What a command returns that could not do it. */
  static final int COULD_NOT = 1;

  /** What a command returns that was not understood. */
  static final int WRONG_USAGE = 2;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the field
  Grapevine() {}

  /** Runs one command with this process's standard streams. */
  public static int run(String... args) {
    return commandLine().execute(args);
  }

  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Grapevine());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpWidth(100);
    line.setParameterExceptionHandler(Grapevine::explainUsage);
    line.setExecutionExceptionHandler(Grapevine::explainFailure);
    return line;
  }

  /** Without a command there is nothing to do but say what could be done. */
  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return WRONG_USAGE;
  }

  private static int explainUsage(ParameterException problem, String[] args) {
    CommandLine line = problem.getCommandLine();
    PrintWriter err = line.getErr();
    String message = String.valueOf(problem.getMessage()).replace("is not an int", "is no number");
    err.println("grapevine: " + message);
    if (!CommandLine.UnmatchedArgumentException.printSuggestions(problem, err)) {
      err.println("\"" + line.getCommandSpec().qualifiedName() + " --help\" says what it takes.");
    }
    return WRONG_USAGE;
  }

  private static int explainFailure(
      Exception problem, CommandLine line, CommandLine.ParseResult parsed) throws Exception {
    if (problem instanceof CommandFailure) {
      line.getErr().println("grapevine: " + problem.getMessage());
      return COULD_NOT;
    }
    throw problem;
  }
}
