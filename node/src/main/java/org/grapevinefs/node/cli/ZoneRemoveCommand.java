// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import org.grapevinefs.node.admin.AdminClient;
import org.grapevinefs.node.admin.AdminException;
import org.grapevinefs.node.proto.RemoveZoneRequest;
import org.grapevinefs.node.proto.RemoveZoneResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code grapevine zone remove}. */
@Command(
    name = "remove",
    description = "Stops a zone on the node asked. Its plain files stay where they are.")
final class ZoneRemoveCommand extends AdminCommand {
  @Parameters(paramLabel = "ZONE", description = "The zone's name.")
  private String name;

  @Option(names = "--force", description = "Though it holds files or is attached.")
  private boolean force;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  ZoneRemoveCommand() {}

  @Override
  int run(AdminClient client) throws AdminException {
    RemoveZoneRequest request =
        RemoveZoneRequest.newBuilder().setName(name).setForce(force).build();
    RemoveZoneResponse answer = client.ask(stub -> stub.removeZone(request));
    out()
        .println("zone " + name + " is no longer served here; its file is now " + answer.getFile());
    if (!answer.getKept().isEmpty()) {
      out().println("its files stay in " + answer.getKept());
    }
    out().flush();
    return Grapevine.DONE;
  }
}
