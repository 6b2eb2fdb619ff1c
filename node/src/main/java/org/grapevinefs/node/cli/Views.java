// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.grapevinefs.node.proto.Conflict;
import org.grapevinefs.node.proto.ConflictVersion;
import org.grapevinefs.node.proto.Event;
import org.grapevinefs.node.proto.ListNodesResponse;
import org.grapevinefs.node.proto.Member;
import org.grapevinefs.node.proto.Node;
import org.grapevinefs.node.proto.Peer;
import org.grapevinefs.node.proto.Status;
import org.grapevinefs.node.proto.Zone;
import org.jspecify.annotations.Nullable;

/**
 * What programs get to read: the node's answers as maps and lists in a fixed order. The names here
 * are a promise to scripts; new ones may come.
 */
final class Views {
  private Views() {}

  static Map<String, Object> status(Status status) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("node", node(status.getNode()));
    view.put("peers", status.getPeersList().stream().map(Views::peer).toList());
    view.put("zones", status.getZonesList().stream().map(Views::zone).toList());
    view.put("problems", List.copyOf(status.getProblemsList()));
    view.put("warnings", List.copyOf(status.getWarningsList()));
    return view;
  }

  private static Map<String, Object> node(Node node) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("name", node.getName());
    view.put("id", node.getId());
    view.put("version", node.getVersion());
    view.put("mesh", node.getMesh());
    view.put("publicKey", node.getPublicKey());
    view.put("nfs", node.getNfsAddress());
    view.put("startedAt", Instant.ofEpochMilli(node.getStartedAtMillis()).toString());
    return view;
  }

  static Map<String, @Nullable Object> peer(Peer peer) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("name", peer.getName());
    view.put("id", peer.getId());
    view.put("state", peer.getState());
    view.put("rttMillis", peer.hasRttMillis() ? peer.getRttMillis() : null);
    view.put("addresses", List.copyOf(peer.getAddressesList()));
    view.put("version", peer.getVersion());
    view.put("zones", List.copyOf(peer.getZonesList()));
    return view;
  }

  static Map<String, @Nullable Object> zone(Zone zone) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("name", zone.getName());
    view.put("role", zone.getRole());
    Map<String, Object> version = new LinkedHashMap<>();
    version.put("sum", zone.getVersion().getSum());
    version.put("vector", new TreeMap<>(zone.getVersion().getVectorMap()));
    view.put("version", version);
    view.put("quotaBytes", zone.getQuotaBytes());
    view.put("usedBytes", zone.getUsedBytes());
    view.put("files", zone.getFiles());
    view.put("members", zone.getMembersList().stream().map(Views::member).toList());
    view.put("conflicts", zone.getConflicts());
    view.put("problems", List.copyOf(zone.getProblemsList()));
    view.put("description", zone.getDescription());
    view.put("labels", new TreeMap<>(zone.getLabelsMap()));
    view.put("type", zone.getType());
    view.put("path", zone.getPath());
    view.put("export", zone.getExport());
    view.put("scrub", zone.getScrub());
    return view;
  }

  private static Map<String, @Nullable Object> member(Member member) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("name", member.getName());
    view.put("sum", member.hasSum() ? member.getSum() : null);
    view.put("behind", member.hasBehind() ? member.getBehind() : null);
    view.put("reason", member.getReason().isEmpty() ? null : member.getReason());
    return view;
  }

  static Map<String, Object> nodes(ListNodesResponse answer) {
    List<Map<String, @Nullable Object>> nodes = new ArrayList<>();
    nodes.add(
        peer(
            Peer.newBuilder()
                .setName(answer.getSelf().getName())
                .setId(answer.getSelf().getId())
                .setState("this node")
                .setRttMillis(0)
                .addAllAddresses(answer.getSelfAddressesList())
                .setVersion(answer.getSelf().getVersion())
                .addAllZones(answer.getSelfZonesList())
                .build()));
    answer.getPeersList().forEach(peer -> nodes.add(peer(peer)));
    return Map.of("nodes", nodes);
  }

  static Map<String, Object> conflict(Conflict conflict) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("zone", conflict.getZone());
    view.put("path", conflict.getPath());
    view.put("versions", conflict.getVersionsList().stream().map(Views::version).toList());
    return view;
  }

  private static Map<String, Object> version(ConflictVersion version) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("path", version.getPath());
    view.put("who", version.getWho());
    view.put("when", Instant.ofEpochMilli(version.getWhenMillis()).toString());
    view.put("size", version.getSize());
    return view;
  }

  static Map<String, Object> event(Event event) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("number", event.getNumber());
    view.put("when", Instant.ofEpochMilli(event.getWhenMillis()).toString());
    view.put("level", event.getLevel());
    view.put("zone", event.getZone());
    view.put("peer", event.getPeer());
    view.put("path", event.getPath());
    view.put("text", event.getText());
    return view;
  }
}
