// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.grapevinefs.node.admin.AdminClient;
import org.grapevinefs.node.admin.AdminException;
import org.grapevinefs.node.proto.Conflict;
import org.grapevinefs.node.proto.ConflictVersion;
import org.grapevinefs.node.proto.ListConflictsRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code grapevine conflicts}. */
@Command(
    name = "conflicts",
    description = "Files edited on two nodes apart: both versions, who, when.",
    subcommands = ResolveCommand.class)
final class ConflictsCommand extends AdminCommand {
  @Mixin private Format.Choice format;

  @Parameters(
      arity = "0..1",
      paramLabel = "ZONE",
      defaultValue = "",
      description = "Only of this zone.")
  private String zone;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  ConflictsCommand() {}

  @Override
  int run(AdminClient client) throws AdminException {
    ListConflictsRequest request = ListConflictsRequest.newBuilder().setZone(zone).build();
    List<Conflict> found = client.ask(stub -> stub.listConflicts(request)).getConflictsList();
    if (format.format() != Format.TABLE) {
      print(
          Output.render(
              format.format(), Map.of("conflicts", found.stream().map(Views::conflict).toList())));
      return Grapevine.DONE;
    }
    if (found.isEmpty()) {
      print("no conflicts\n");
      return Grapevine.DONE;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("ZONE", "PATH", "WHO", "WHEN", "SIZE"));
    for (Conflict conflict : found) {
      for (ConflictVersion version : conflict.getVersionsList()) {
        rows.add(
            List.of(
                conflict.getZone(),
                version.getPath(),
                version.getWho(),
                Instant.ofEpochMilli(version.getWhenMillis())
                    .truncatedTo(ChronoUnit.SECONDS)
                    .toString(),
                Output.size(version.getSize())));
      }
    }
    print(rows);
    return Grapevine.DONE;
  }
}
