// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import java.util.ArrayList;
import java.util.List;
import org.grapevinefs.node.admin.AdminClient;
import org.grapevinefs.node.admin.AdminException;
import org.grapevinefs.node.proto.GetZoneRequest;
import org.grapevinefs.node.proto.Member;
import org.grapevinefs.node.proto.Zone;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code grapevine zone inspect}. */
@Command(name = "inspect", description = "All that this node knows of one zone.")
final class ZoneInspectCommand extends AdminCommand {
  @Mixin private Format.Choice format;

  @Parameters(paramLabel = "ZONE", description = "The zone's name.")
  private String name;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  ZoneInspectCommand() {}

  @Override
  int run(AdminClient client) throws AdminException {
    GetZoneRequest request = GetZoneRequest.newBuilder().setName(name).build();
    Zone zone = client.ask(stub -> stub.getZone(request));
    if (format.format() != Format.TABLE) {
      print(Output.render(format.format(), Views.zone(zone)));
      return Grapevine.DONE;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("zone", zone.getName()));
    rows.add(List.of("description", Output.orDash(zone.getDescription())));
    rows.add(List.of("role", zone.getRole()));
    rows.add(List.of("type", zone.getType()));
    rows.add(List.of("labels", Output.orDash(words(zone.getLabelsMap()))));
    rows.add(List.of("quota", Output.size(zone.getQuotaBytes())));
    rows.add(
        List.of("used", Output.size(zone.getUsedBytes()) + " in " + zone.getFiles() + " files"));
    rows.add(List.of("version", Long.toUnsignedString(zone.getVersion().getSum())));
    rows.add(List.of("export", Output.orDash(zone.getExport())));
    rows.add(List.of("folder", Output.orDash(zone.getPath())));
    rows.add(List.of("conflicts", Long.toString(zone.getConflicts())));
    rows.add(List.of("scrub", Output.orDash(zone.getScrub())));
    for (Member member : zone.getMembersList()) {
      rows.add(List.of("member", StatusCommand.member(member)));
    }
    zone.getProblemsList().forEach(problem -> rows.add(List.of("problem", problem)));
    print(rows);
    return Grapevine.DONE;
  }
}
