// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import org.grapevinefs.node.admin.AdminClient;
import org.grapevinefs.node.admin.AdminException;
import org.grapevinefs.node.proto.ScanZoneRequest;
import org.grapevinefs.node.proto.ScanZoneResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code grapevine zone scan}. */
@Command(
    name = "scan",
    description = "Takes in what was changed in the zone's folder behind the gateway's back.")
final class ZoneScanCommand extends AdminCommand {
  private static final long DAY_SECONDS = 24 * 60 * 60;

  @Parameters(paramLabel = "ZONE", description = "The zone's name.")
  private String name;

  @SuppressWarnings("NullAway.Init") // picocli sets the field
  ZoneScanCommand() {}

  @Override
  int run(AdminClient client) throws AdminException {
    ScanZoneRequest request = ScanZoneRequest.newBuilder().setName(name).build();
    ScanZoneResponse found = client.ask(DAY_SECONDS, stub -> stub.scanZone(request));
    print(
        String.format(
            "%d added, %d changed, %d missing (fetched back, never taken for deletes), %d"
                + " skipped%n",
            found.getAdded(), found.getChanged(), found.getMissing(), found.getSkipped()));
    return Grapevine.DONE;
  }
}
