// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.grapevinefs.node.admin.AdminClient;
import org.grapevinefs.node.admin.AdminException;
import org.grapevinefs.node.proto.AdminGrpc;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What all commands that talk to a node have in common. */
@Command(mixinStandardHelpOptions = true, sortOptions = false)
abstract class AdminCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private AdminChoice admin;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  AdminCommand() {}

  @Override
  public final Integer call() {
    try (AdminClient client = admin.connect()) {
      return run(client);
    } catch (AdminException e) {
      throw new CommandFailure(e.getMessage() == null ? e.toString() : e.getMessage());
    }
  }

  abstract int run(AdminClient client) throws AdminException;

  final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  final void print(String text) {
    out().print(text);
    out().flush();
  }

  final void print(List<List<String>> rows) {
    Output.table(out(), rows);
    out().flush();
  }

  static <T> T ask(AdminClient client, Function<AdminGrpc.AdminBlockingStub, T> question)
      throws AdminException {
    return client.ask(question);
  }

  /** Labels as {@code a=b, c=d}. */
  static String words(Map<String, String> labels) {
    return String.join(
        ", ",
        labels.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(e -> e.getKey() + "=" + e.getValue())
            .toList());
  }
}
