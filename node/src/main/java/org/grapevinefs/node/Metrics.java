// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.grapevinefs.gossip.DropReason;
import org.grapevinefs.gossip.GossipStats;
import org.grapevinefs.nfsgateway.GatewayStats;
import org.grapevinefs.node.proto.Member;
import org.grapevinefs.node.proto.Peer;
import org.grapevinefs.node.proto.Status;
import org.grapevinefs.node.proto.Zone;

/** A node's figures in Prometheus' text format, taken when asked for. Safe for any thread. */
final class Metrics {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final MultiGauge used = gauge("grapevine.zone.used.bytes", "Bytes of a zone's files");
  private final MultiGauge quota = gauge("grapevine.zone.quota.bytes", "Bytes a zone may hold");
  private final MultiGauge files = gauge("grapevine.zone.files", "Files of a zone");
  private final MultiGauge version = gauge("grapevine.zone.version", "Changes that are known");
  private final MultiGauge conflicts = gauge("grapevine.zone.conflicts", "Files edited apart");
  private final MultiGauge problems = gauge("grapevine.zone.problems", "Problems of a zone");
  private final MultiGauge behind =
      gauge("grapevine.zone.member.behind", "Changes that a member lacks");
  private final MultiGauge up = gauge("grapevine.peer.up", "1 while a peer is heard");
  private final MultiGauge rtt = gauge("grapevine.peer.rtt.seconds", "Round trip to a peer");
  private final MultiGauge operations = gauge("grapevine.nfs.operations", "NFS operations so far");
  private final MultiGauge nfs = gauge("grapevine.nfs.clients", "Clients, connections and opens");
  private final MultiGauge refusals =
      gauge("grapevine.nfs.refusals", "What clients were refused for going over a bound, so far");
  private final MultiGauge refused =
      gauge("grapevine.peer.refused", "Connections of strangers refused so far");
  private final MultiGauge gossip = gauge("grapevine.gossip.packets", "Packets so far");

  Metrics() {
    new UptimeMetrics().bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
  }

  private MultiGauge gauge(String name, String description) {
    return MultiGauge.builder(name).description(description).register(registry);
  }

  private static List<Row<?>> packets(GossipStats packets) {
    List<Row<?>> rows = new ArrayList<>();
    rows.add(Row.of(Tags.of("what", "sent"), packets.sent()));
    rows.add(Row.of(Tags.of("what", "received"), packets.received()));
    rows.add(Row.of(Tags.of("what", "accepted"), packets.accepted()));
    packets
        .dropped()
        .forEach(
            (reason, count) -> rows.add(Row.of(Tags.of("what", "dropped-" + word(reason)), count)));
    return rows;
  }

  private static String word(DropReason reason) {
    return reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  synchronized String scrape(
      Status status, GatewayStats gateway, GossipStats packets, long refusedConnections) {
    List<Zone> zones = status.getZonesList();
    zones(used, zones, Zone::getUsedBytes);
    zones(quota, zones, Zone::getQuotaBytes);
    zones(files, zones, Zone::getFiles);
    zones(version, zones, zone -> zone.getVersion().getSum());
    zones(conflicts, zones, Zone::getConflicts);
    zones(problems, zones, Zone::getProblemsCount);
    members(zones);
    peers(status.getPeersList());
    List<Row<?>> rows = new ArrayList<>();
    gateway
        .operations()
        .forEach((name, count) -> rows.add(Row.of(Tags.of("operation", name), count)));
    operations.register(rows, true);
    nfs.register(
        List.of(
            Row.of(Tags.of("what", "clients"), gateway.clients()),
            Row.of(Tags.of("what", "connections"), gateway.connections()),
            Row.of(Tags.of("what", "bytes"), gateway.bytes()),
            Row.of(Tags.of("what", "opens"), gateway.opens()),
            Row.of(Tags.of("what", "failures"), gateway.failures())),
        true);
    List<Row<?>> over = new ArrayList<>();
    gateway.refusals().forEach((kind, count) -> over.add(Row.of(Tags.of("what", kind), count)));
    refusals.register(over, true);
    gossip.register(packets(packets), true);
    refused.register(List.of(Row.of(Tags.empty(), refusedConnections)), true);
    return registry.scrape();
  }

  private static void zones(MultiGauge gauge, List<Zone> zones, ToDoubleFunction<Zone> figure) {
    List<Row<?>> rows = new ArrayList<>();
    for (Zone zone : zones) {
      rows.add(
          Row.of(
              Tags.of("zone", zone.getName(), "role", zone.getRole()), figure.applyAsDouble(zone)));
    }
    gauge.register(rows, true);
  }

  private void members(List<Zone> zones) {
    List<Row<?>> rows = new ArrayList<>();
    for (Zone zone : zones) {
      for (Member member : zone.getMembersList()) {
        if (member.hasBehind()) {
          rows.add(
              Row.of(
                  Tags.of("zone", zone.getName(), "member", member.getName()), member.getBehind()));
        }
      }
    }
    behind.register(rows, true);
  }

  private void peers(List<Peer> peers) {
    List<Row<?>> states = new ArrayList<>();
    List<Row<?>> trips = new ArrayList<>();
    for (Peer peer : peers) {
      Tags tags = Tags.of("peer", peer.getName());
      states.add(Row.of(tags, peer.getState().equals("alive") ? 1 : 0));
      if (peer.hasRttMillis()) {
        trips.add(Row.of(tags, peer.getRttMillis() / 1_000));
      }
    }
    up.register(states, true);
    rtt.register(trips, true);
  }
}
