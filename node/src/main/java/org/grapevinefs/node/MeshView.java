// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.grapevinefs.gossip.NodeAddress;
import org.grapevinefs.gossip.PeerState;
import org.grapevinefs.gossip.PeerView;
import org.grapevinefs.gossip.Roster;
import org.grapevinefs.gossip.ZoneId;
import org.grapevinefs.gossip.ZoneStatus;
import org.grapevinefs.node.proto.Member;
import org.grapevinefs.node.proto.Peer;
import org.grapevinefs.node.proto.Zone;
import org.grapevinefs.node.proto.ZoneVersion;
import org.grapevinefs.replication.core.Knowledge;
import org.grapevinefs.replication.fs.SpaceUsage;
import org.grapevinefs.zonesconfig.NodeName;
import org.grapevinefs.zonesconfig.ZoneConfig;
import org.grapevinefs.zonesconfig.ZoneType;

/**
 * One moment of the mesh as this node sees it: its zones and its peers, put into the words of the
 * admin API.
 */
final class MeshView {
  private final NodeName self;
  private final Roster roster;
  private final Scrubber scrubber;
  private final RemoteUsage remote;
  private final List<PeerView> peers;
  private final Map<String, PeerView> byName = new HashMap<>();
  private final Map<ZoneId, String> zoneNames = new HashMap<>();

  MeshView(
      NodeName self,
      Roster roster,
      List<PeerView> peers,
      List<ServedZone> zones,
      Scrubber scrubber,
      RemoteUsage remote) {
    this.self = self;
    this.scrubber = scrubber;
    this.remote = remote;
    this.roster = roster;
    this.peers = peers;
    peers.forEach(peer -> byName.put(peer.name(), peer));
    for (ServedZone zone : zones) {
      String name = zone.config().name().value();
      zoneNames.put(ZoneId.ofName(name), name);
    }
  }

  List<Peer> peers() {
    return peers.stream().map(this::peer).toList();
  }

  private Peer peer(PeerView view) {
    Peer.Builder peer =
        Peer.newBuilder()
            .setName(view.name())
            .setId(view.id().toString())
            .setState(state(view.state()));
    view.rttMillis().ifPresent(peer::setRttMillis);
    roster
        .byId(view.id())
        .ifPresent(entry ->
            entry.addresses().stream().map(NodeAddress::toString).forEach(peer::addAddresses));
    view.zones().keySet().stream()
        .map(id -> zoneNames.getOrDefault(id, id.toString()))
        .sorted()
        .forEach(peer::addZones);
    return peer.build();
  }

  static String state(PeerState state) {
    return switch (state) {
      case ALIVE -> "alive";
      case SUSPECT -> "suspect";
      case UNREACHABLE -> "unreachable";
    };
  }

  Zone zone(ServedZone served) {
    ZoneConfig config = served.config();
    Zone.Builder zone =
        Zone.newBuilder()
            .setName(config.name().value())
            .setQuotaBytes(config.quota().bytes())
            .setDescription(config.description())
            .putAllLabels(config.labels())
            .setType(config.type() == ZoneType.MEMORY ? "memory" : "filesystem");
    switch (served) {
      case ServedZone.Held held -> held(zone.setScrub(scrubber.state(zone.getName())), held);
      case ServedZone.Through through -> through(zone, through);
      case ServedZone.Refused refused -> {
        zone.setRole("refused");
        remoteMembers(zone, refused.config());
      }
      case ServedZone.Failed failed -> {
        zone.setRole("failed").addProblems(failed.why());
        remoteMembers(zone, failed.config());
      }
    }
    return zone.build();
  }

  private void held(Zone.Builder zone, ServedZone.Held held) {
    var status = held.replica().status();
    Knowledge knowledge = status.knowledge();
    ZoneVersion.Builder version = ZoneVersion.newBuilder().setSum(knowledge.sum());
    knowledge.asMap().forEach((origin, seq) -> version.putVector(origin.toString(), seq));
    zone.setRole("member")
        .setVersion(version)
        .setQuotaBytes(status.quota())
        .setUsedBytes(status.counts().bytes())
        .setFiles(status.counts().files())
        .setConflicts(status.counts().conflicts())
        .setPath(held.folder().toString())
        .setExport("/" + held.config().name());
    if (status.fault() != null) {
      zone.addProblems("read-only: " + status.fault());
    }
    if (!status.problem().isEmpty()) {
      zone.addProblems(status.problem());
    }
    ZoneId id = ZoneId.ofName(held.config().name().value());
    long highest = knowledge.sum();
    for (NodeName member : held.config().members()) {
      ZoneStatus theirs = word(member, id);
      if (theirs != null) {
        highest = Math.max(highest, theirs.sum());
      }
      if (theirs != null
          && theirs.digest() == knowledge.digest()
          && theirs.stateDigest() != status.stateDigest()) {
        zone.addProblems(
            "knows the same as " + member + " but holds another state: report this as a fault");
      }
    }
    boolean filling = !status.filling().isEmpty();
    String own = filling ? status.filling() : pending(status.counts().pending());
    for (NodeName member : held.config().members()) {
      zone.addMembers(
          member.equals(self)
              ? member(member, knowledge.sum(), highest, own)
              : peerMember(member, id, highest, knowledge.digest()));
    }
  }

  private static String pending(long contents) {
    return contents == 0 ? "" : "fetching " + contents + " contents";
  }

  private static Member member(NodeName name, long sum, long highest, String reason) {
    long behind = Math.max(0, highest - sum);
    return Member.newBuilder()
        .setName(name.value())
        .setSum(sum)
        .setBehind(behind)
        .setReason(reason.isEmpty() && behind > 0 ? "catching up" : reason)
        .build();
  }

  private Member peerMember(NodeName name, ZoneId id, long highest, long digest) {
    PeerView peer = byName.get(name.value());
    ZoneStatus status = word(name, id);
    if (peer == null) {
      return Member.newBuilder().setName(name.value()).setReason("not in mesh.toml").build();
    }
    boolean reachable = peer.state() != PeerState.UNREACHABLE;
    if (status == null) {
      return Member.newBuilder()
          .setName(name.value())
          .setReason(reachable ? "says nothing of this zone" : "unreachable")
          .build();
    }
    if (!reachable) {
      return member(name, status.sum(), highest, "unreachable");
    }
    String reason =
        peer.health().diskLow() && (status.sum() < highest || status.pending() > 0)
            ? "its disk is nearly full"
            : pending(status.pending());
    boolean apart = status.digest() != digest && status.sum() == highest;
    return member(name, status.sum(), highest, apart ? "has changes of its own" : reason);
  }

  private @org.jspecify.annotations.Nullable ZoneStatus word(NodeName member, ZoneId zone) {
    PeerView peer = byName.get(member.value());
    return peer == null ? null : peer.zones().get(zone);
  }

  private void through(Zone.Builder zone, ServedZone.Through through) {
    zone.setRole("remote").setExport("/" + through.config().name());
    remoteMembers(zone, through.config());
    if (through.config().members().stream().noneMatch(this::isReachable)) {
      zone.addProblems("no member is in reach");
      return;
    }
    try {
      SpaceUsage space = remote.of(through.files());
      zone.setUsedBytes(Math.max(0, space.totalBytes() - space.freeBytes()));
      zone.setFiles(Math.max(0, space.totalFiles() - space.freeFiles()));
    } catch (RemoteUsage.UnknownException e) {
      zone.addProblems(String.valueOf(e.getMessage()));
    }
  }

  boolean isReachable(NodeName member) {
    PeerView peer = byName.get(member.value());
    return member.equals(self) || (peer != null && peer.state() != PeerState.UNREACHABLE);
  }

  private void remoteMembers(Zone.Builder zone, ZoneConfig config) {
    ZoneId id = ZoneId.ofName(config.name().value());
    long highest = 0;
    long digest = 0;
    for (NodeName member : config.members()) {
      ZoneStatus status = word(member, id);
      if (status != null && status.sum() >= highest) {
        highest = status.sum();
        digest = status.digest();
      }
    }
    zone.setVersion(ZoneVersion.newBuilder().setSum(highest));
    for (NodeName member : config.members()) {
      if (!member.equals(self)) {
        zone.addMembers(peerMember(member, id, highest, digest));
      }
    }
  }

  /**
   * Whether all members in reach hold the same version, with all its contents.
   *
   * @param mine what this node's own replica knows, if it holds one
   */
  boolean isSame(ZoneConfig config, Optional<Knowledge> mine) {
    ZoneId id = ZoneId.ofName(config.name().value());
    OptionalLong digest =
        mine.isPresent() ? OptionalLong.of(mine.get().digest()) : OptionalLong.empty();
    List<NodeName> reachable = new ArrayList<>();
    for (NodeName member : config.members()) {
      if (!member.equals(self) && isReachable(member)) {
        reachable.add(member);
      }
    }
    for (NodeName member : reachable) {
      ZoneStatus status = word(member, id);
      if (status == null || status.pending() > 0) {
        return false;
      }
      if (digest.isEmpty()) {
        digest = OptionalLong.of(status.digest());
      }
      if (status.digest() != digest.getAsLong()) {
        return false;
      }
    }
    return digest.isPresent();
  }
}
