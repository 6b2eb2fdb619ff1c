// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import java.util.ArrayList;
import java.util.List;
import org.grapevinefs.node.admin.AdminClient;
import org.grapevinefs.node.admin.AdminException;
import org.grapevinefs.node.proto.ListNodesRequest;
import org.grapevinefs.node.proto.ListNodesResponse;
import org.grapevinefs.node.proto.Peer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code grapevine nodes}. */
@Command(name = "nodes", description = "The mesh: state, distance, address, version, zones.")
final class NodesCommand extends AdminCommand {
  @Mixin private Format.Choice format;

  @SuppressWarnings("NullAway.Init") // picocli sets the field
  NodesCommand() {}

  @Override
  int run(AdminClient client) throws AdminException {
    ListNodesResponse answer =
        client.ask(stub -> stub.listNodes(ListNodesRequest.getDefaultInstance()));
    if (format.format() != Format.TABLE) {
      print(Output.render(format.format(), Views.nodes(answer)));
      return Grapevine.DONE;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("NODE", "STATE", "DISTANCE", "ADDRESS", "VERSION", "ZONES"));
    rows.add(
        List.of(
            answer.getSelf().getName(),
            "this node",
            "-",
            Output.orDash(String.join(", ", answer.getSelfAddressesList())),
            answer.getSelf().getVersion(),
            Output.orDash(String.join(", ", answer.getSelfZonesList()))));
    for (Peer peer : answer.getPeersList()) {
      rows.add(
          List.of(
              peer.getName(),
              peer.getState(),
              StatusCommand.rtt(peer),
              Output.orDash(String.join(", ", peer.getAddressesList())),
              Output.orDash(peer.getVersion()),
              Output.orDash(String.join(", ", peer.getZonesList()))));
    }
    print(rows);
    return Grapevine.DONE;
  }
}
