// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code grapevine zone}: the group of commands about zones. */
@Command(
    name = "zone",
    mixinStandardHelpOptions = true,
    description = "Lists, shows, makes, removes, scans and verifies zones.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ZoneListCommand.class,
      ZoneInspectCommand.class,
      ZoneCreateCommand.class,
      ZoneRemoveCommand.class,
      ZoneScanCommand.class,
      ZoneVerifyCommand.class
    })
final class ZoneCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the field
  ZoneCommand() {}

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return Grapevine.WRONG_USAGE;
  }
}
