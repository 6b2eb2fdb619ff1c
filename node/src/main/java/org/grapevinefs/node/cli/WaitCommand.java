// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import java.time.Duration;
import org.grapevinefs.node.admin.AdminClient;
import org.grapevinefs.node.admin.AdminException;
import org.grapevinefs.node.proto.WaitZoneRequest;
import org.grapevinefs.node.proto.WaitZoneResponse;
import org.grapevinefs.zonesconfig.Durations;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code grapevine wait}. */
@Command(
    name = "wait",
    description = "Returns when all reachable members hold the same version of a zone.")
final class WaitCommand extends AdminCommand {
  @Parameters(paramLabel = "ZONE", description = "The zone's name.")
  private String name;

  @Option(
      names = "--timeout",
      defaultValue = "60s",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "How long at the most, as in 90s or 5m (default: 60s).")
  private Duration timeout;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  WaitCommand() {}

  @Override
  int run(AdminClient client) throws AdminException {
    WaitZoneRequest request =
        WaitZoneRequest.newBuilder().setName(name).setTimeoutMillis(timeout.toMillis()).build();
    WaitZoneResponse answer = client.ask(timeout.toSeconds() + 10, stub -> stub.waitZone(request));
    if (!answer.getSame()) {
      throw new CommandFailure(
          "after "
              + timeout.toSeconds()
              + " s, the members of "
              + name
              + " still differ: "
              + String.join(
                  ", ",
                  answer.getZone().getMembersList().stream().map(StatusCommand::member).toList()));
    }
    print(name + " is the same on all reachable members\n");
    return Grapevine.DONE;
  }

  /** A duration as config files write it. */
  static final class DurationConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      try {
        return Durations.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }
}
