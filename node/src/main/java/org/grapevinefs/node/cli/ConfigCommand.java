// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code grapevine config}: the group of commands about configuration files. */
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    description = "Checks configuration files.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = ConfigCheckCommand.class)
final class ConfigCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the field
  ConfigCommand() {}

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return Grapevine.WRONG_USAGE;
  }
}
