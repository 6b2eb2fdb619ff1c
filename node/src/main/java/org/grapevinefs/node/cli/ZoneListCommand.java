// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.grapevinefs.node.admin.AdminClient;
import org.grapevinefs.node.admin.AdminException;
import org.grapevinefs.node.proto.ListZonesRequest;
import org.grapevinefs.node.proto.Zone;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code grapevine zone list}. */
@Command(name = "list", description = "The zones that this node knows.")
final class ZoneListCommand extends AdminCommand {
  @Mixin private Format.Choice format;

  @Option(names = "--filter", paramLabel = "KEY=VALUE", description = "Only zones so labelled.")
  private Map<String, String> filter = new LinkedHashMap<>();

  @SuppressWarnings("NullAway.Init") // picocli sets the field
  ZoneListCommand() {}

  @Override
  int run(AdminClient client) throws AdminException {
    ListZonesRequest request = ListZonesRequest.newBuilder().putAllLabels(filter).build();
    List<Zone> zones = client.ask(stub -> stub.listZones(request)).getZonesList();
    if (format.format() != Format.TABLE) {
      print(
          Output.render(
              format.format(), Map.of("zones", zones.stream().map(Views::zone).toList())));
      return Grapevine.DONE;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("ZONE", "ROLE", "USED", "QUOTA", "MEMBERS", "LABELS", "DESCRIPTION"));
    for (Zone zone : zones) {
      rows.add(
          List.of(
              zone.getName(),
              zone.getRole(),
              Output.size(zone.getUsedBytes()),
              Output.size(zone.getQuotaBytes()),
              String.join(", ", zone.getMembersList().stream().map(m -> m.getName()).toList()),
              Output.orDash(words(zone.getLabelsMap())),
              Output.orDash(zone.getDescription())));
    }
    print(rows);
    return Grapevine.DONE;
  }
}
