// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.grapevinefs.node.admin.AdminClient;
import org.grapevinefs.node.admin.AdminException;
import org.grapevinefs.node.proto.GetStatusRequest;
import org.grapevinefs.node.proto.Member;
import org.grapevinefs.node.proto.Peer;
import org.grapevinefs.node.proto.Status;
import org.grapevinefs.node.proto.Zone;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code grapevine status}. */
@Command(
    name = "status",
    description = "This node, its peers, its zones: version, who is behind and why, problems.")
final class StatusCommand extends AdminCommand {
  @Mixin private Format.Choice format;

  @SuppressWarnings("NullAway.Init") // picocli sets the field
  StatusCommand() {}

  @Override
  int run(AdminClient client) throws AdminException {
    Status status = client.ask(stub -> stub.getStatus(GetStatusRequest.getDefaultInstance()));
    if (format.format() == Format.TABLE) {
      show(status);
    } else {
      print(Output.render(format.format(), Views.status(status)));
    }
    return Grapevine.DONE;
  }

  private void show(Status status) {
    out().println("node " + status.getNode().getName() + "  " + status.getNode().getId());
    out().println("NFS on " + status.getNode().getNfsAddress());
    out().println();
    List<List<String>> peers = new ArrayList<>();
    peers.add(List.of("PEER", "STATE", "RTT"));
    for (Peer peer : status.getPeersList()) {
      peers.add(List.of(peer.getName(), peer.getState(), rtt(peer)));
    }
    if (peers.size() > 1) {
      print(peers);
      out().println();
    }
    List<List<String>> zones = new ArrayList<>();
    zones.add(List.of("ZONE", "ROLE", "VERSION", "USED", "QUOTA", "FILES", "MEMBERS", "CONFLICTS"));
    status.getZonesList().forEach(zone -> zones.add(row(zone)));
    print(zones);
    status.getProblemsList().forEach(problem -> out().println("! " + problem));
    for (Zone zone : status.getZonesList()) {
      zone.getProblemsList().forEach(text -> out().println("! " + zone.getName() + ": " + text));
    }
    status.getWarningsList().forEach(warning -> out().println("warning: " + warning));
    out().flush();
  }

  static List<String> row(Zone zone) {
    return List.of(
        zone.getName(),
        zone.getRole(),
        Long.toUnsignedString(zone.getVersion().getSum()),
        Output.size(zone.getUsedBytes()),
        Output.size(zone.getQuotaBytes()),
        Long.toString(zone.getFiles()),
        String.join(", ", zone.getMembersList().stream().map(StatusCommand::member).toList()),
        Long.toString(zone.getConflicts()));
  }

  static String member(Member member) {
    if (!member.hasBehind()) {
      return member.getName()
          + " ("
          + (member.getReason().isEmpty() ? "unknown" : member.getReason())
          + ")";
    }
    if (member.getBehind() == 0) {
      String busy = member.getReason().isEmpty() ? "" : " (" + member.getReason() + ")";
      return member.getName() + busy;
    }
    String reason = member.getReason().isEmpty() ? "" : ": " + member.getReason();
    return member.getName()
        + " ("
        + Long.toUnsignedString(member.getBehind())
        + " behind"
        + reason
        + ")";
  }

  static String rtt(Peer peer) {
    return peer.hasRttMillis() ? String.format(Locale.ROOT, "%.1f ms", peer.getRttMillis()) : "-";
  }
}
