// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.grapevinefs.zonesconfig.MeshConfig.MeshNode;

/** One thing that differs between what was in force and what is to be. */
public sealed interface ConfigChange {

  /**
   * A zone that was not there.
   *
   * @param zone all of it
   */
  record ZoneAdded(ZoneConfig zone) implements ConfigChange {
    @Override
    public String toString() {
      return "zone " + zone.name() + ": added, " + zone.quota() + " on " + names(zone.members());
    }
  }

  /**
   * A zone whose file is gone.
   *
   * @param zone all of it, as it was
   */
  record ZoneRemoved(ZoneConfig zone) implements ConfigChange {
    @Override
    public String toString() {
      return "zone " + zone.name() + ": removed";
    }
  }

  /**
   * A quota raised or lowered.
   *
   * @param zone whose
   * @param from the quota that was
   * @param to the quota that is to be
   */
  record QuotaChanged(ZoneName zone, ByteSize from, ByteSize to) implements ConfigChange {
    @Override
    public String toString() {
      String verb = to.compareTo(from) > 0 ? "raised" : "lowered";
      return "zone " + zone + ": quota " + verb + " from " + from + " to " + to;
    }
  }

  /**
   * A node that is to keep a copy.
   *
   * @param zone of what
   * @param member which node
   */
  record MemberAdded(ZoneName zone, NodeName member) implements ConfigChange {
    @Override
    public String toString() {
      return "zone " + zone + ": member " + member + " added";
    }
  }

  /**
   * A node that is no longer to keep a copy.
   *
   * @param zone of what
   * @param member which node
   */
  record MemberRemoved(ZoneName zone, NodeName member) implements ConfigChange {
    @Override
    public String toString() {
      return "zone " + zone + ": member " + member + " removed";
    }
  }

  /**
   * Any other key of a zone.
   *
   * @param zone whose
   * @param key the key, or the section that it is in
   * @param from what was, in words
   * @param to what is to be, in words
   */
  record ZoneKeyChanged(ZoneName zone, String key, String from, String to) implements ConfigChange {
    @Override
    public String toString() {
      return "zone " + zone + ": " + key + " changed from " + from + " to " + to;
    }
  }

  /**
   * A key of this node's own file.
   *
   * @param key the key, with its section
   * @param from what was, in words
   * @param to what is to be, in words
   */
  record NodeKeyChanged(String key, String from, String to) implements ConfigChange {
    @Override
    public String toString() {
      return "node: " + key + " changed from " + from + " to " + to + " (at the next start)";
    }
  }

  /**
   * A node that is to be trusted.
   *
   * @param node which
   */
  record MeshNodeAdded(MeshNode node) implements ConfigChange {
    @Override
    public String toString() {
      return "mesh: node " + node.name() + " added";
    }
  }

  /**
   * A node that is no longer to be trusted.
   *
   * @param node which
   */
  record MeshNodeRemoved(MeshNode node) implements ConfigChange {
    @Override
    public String toString() {
      return "mesh: node " + node.name() + " removed";
    }
  }

  /**
   * A node of the mesh with another key or other addresses.
   *
   * @param from as it was
   * @param to as it is to be
   */
  record MeshNodeChanged(MeshNode from, MeshNode to) implements ConfigChange {
    @Override
    public String toString() {
      String what = from.key().equals(to.key()) ? "addresses" : "key";
      return "mesh: node "
          + to.name()
          + " has "
          + (what.equals("key") ? "another " : "other ")
          + what;
    }
  }

  /** All that differs: the node's own file first, then the mesh, then the zones by name. */
  static List<ConfigChange> between(Loaded before, Loaded after) {
    List<ConfigChange> changes = new ArrayList<>();
    if (before.node().isPresent() && after.node().isPresent()) {
      node(before.node().get(), after.node().get(), changes);
    }
    mesh(before.mesh(), after.mesh(), changes);
    TreeSet<ZoneName> names = new TreeSet<>(before.zones().keySet());
    names.addAll(after.zones().keySet());
    for (ZoneName name : names) {
      ZoneConfig old = before.zones().get(name);
      ZoneConfig fresh = after.zones().get(name);
      if (old == null && fresh != null) {
        changes.add(new ZoneAdded(fresh));
      } else if (old != null && fresh == null) {
        changes.add(new ZoneRemoved(old));
      } else if (old != null && fresh != null) {
        zone(old, fresh, changes);
      }
    }
    return List.copyOf(changes);
  }

  private static void node(NodeConfig a, NodeConfig b, List<ConfigChange> changes) {
    node("name", a.name(), b.name(), changes);
    node("[gossip] listen", a.gossip().listen(), b.gossip().listen(), changes);
    node("[gossip] seeds", a.gossip().seeds(), b.gossip().seeds(), changes);
    node("[gossip] broadcast", a.gossip().broadcast(), b.gossip().broadcast(), changes);
    node("[peer] listen", a.peerListen(), b.peerListen(), changes);
    node("[nfs] listen", a.nfsListen(), b.nfsListen(), changes);
    node("[nfs] tls", a.nfs().tls(), b.nfs().tls(), changes);
    node("[nfs] tls-clients", path(a.nfs().authorities()), path(b.nfs().authorities()), changes);
    node(
        "[nfs] tls-certificate", path(a.nfs().certificate()), path(b.nfs().certificate()), changes);
    node("[nfs] tls-key", path(a.nfs().key()), path(b.nfs().key()), changes);
    node(
        "[nfs] lease",
        Durations.format(a.nfs().lease()),
        Durations.format(b.nfs().lease()),
        changes);
    node("[admin] listen", a.adminListen(), b.adminListen(), changes);
    node("[[volume]]", volumes(a), volumes(b), changes);
  }

  private static String path(Optional<Path> file) {
    return file.map(Path::toString).orElse("none");
  }

  private static List<String> volumes(NodeConfig node) {
    return node.volumes().stream()
        .map(v ->
            v.name()
                + " at "
                + v.path()
                + ", "
                + v.type()
                + ", "
                + v.quotaMode()
                + " quotas"
                + v.capacity().map(size -> ", " + size).orElse(""))
        .toList();
  }

  private static void node(String key, Object from, Object to, List<ConfigChange> changes) {
    if (!from.equals(to)) {
      changes.add(new NodeKeyChanged(key, from.toString(), to.toString()));
    }
  }

  private static void mesh(
      Optional<MeshConfig> before, Optional<MeshConfig> after, List<ConfigChange> changes) {
    List<MeshNode> old = before.map(MeshConfig::nodes).orElse(List.of());
    List<MeshNode> fresh = after.map(MeshConfig::nodes).orElse(List.of());
    for (MeshNode node : fresh) {
      Optional<MeshNode> was = before.flatMap(mesh -> mesh.node(node.name()));
      if (was.isEmpty()) {
        changes.add(new MeshNodeAdded(node));
      } else if (!was.get().equals(node)) {
        changes.add(new MeshNodeChanged(was.get(), node));
      }
    }
    for (MeshNode node : old) {
      if (after.flatMap(mesh -> mesh.node(node.name())).isEmpty()) {
        changes.add(new MeshNodeRemoved(node));
      }
    }
  }

  private static void zone(ZoneConfig a, ZoneConfig b, List<ConfigChange> changes) {
    ZoneName name = a.name();
    if (!a.quota().equals(b.quota())) {
      changes.add(new QuotaChanged(name, a.quota(), b.quota()));
    }
    for (NodeName member : b.members()) {
      if (!a.hasMember(member)) {
        changes.add(new MemberAdded(name, member));
      }
    }
    for (NodeName member : a.members()) {
      if (!b.hasMember(member)) {
        changes.add(new MemberRemoved(name, member));
      }
    }
    zoneKey(name, "description", a.description(), b.description(), changes);
    zoneKey(name, "type", a.type(), b.type(), changes);
    zoneKey(name, "labels", a.labels(), b.labels(), changes);
    zoneKey(name, "ignore", a.ignore(), b.ignore(), changes);
    zoneKey(name, "merge", a.merge(), b.merge(), changes);
    zoneKey(name, "merge-key", a.mergeKey(), b.mergeKey(), changes);
    zoneKey(name, "merge-text", a.mergeText(), b.mergeText(), changes);
    zoneKey(name, "durability", a.durability(), b.durability(), changes);
    zoneKey(name, "list-snapshots", a.listSnapshots(), b.listSnapshots(), changes);
    zoneKey(name, "[placement]", a.placement(), b.placement(), changes);
    zoneKey(name, "[snapshots]", snapshots(a), snapshots(b), changes);
    zoneKey(name, "[limits] read", rate(a.limits().read()), rate(b.limits().read()), changes);
    zoneKey(name, "[limits] write", rate(a.limits().write()), rate(b.limits().write()), changes);
    zoneKey(
        name,
        "[limits] read-iops",
        iops(a.limits().readIops()),
        iops(b.limits().readIops()),
        changes);
    zoneKey(
        name,
        "[limits] write-iops",
        iops(a.limits().writeIops()),
        iops(b.limits().writeIops()),
        changes);
    zoneKey(name, "[access] clients", a.access().clients(), b.access().clients(), changes);
    zoneKey(name, "[access] read-only", a.access().readOnly(), b.access().readOnly(), changes);
    zoneKey(name, "[access] squash", a.access().squash(), b.access().squash(), changes);
    zoneKey(name, "[access] nodes", serving(a), serving(b), changes);
  }

  private static void zoneKey(
      ZoneName zone, String key, Object from, Object to, List<ConfigChange> changes) {
    if (!Objects.equals(from, to)) {
      changes.add(new ZoneKeyChanged(zone, key, shown(from), shown(to)));
    }
  }

  private static String shown(Object value) {
    return value instanceof String text && text.isEmpty() ? "\"\"" : value.toString();
  }

  private static String snapshots(ZoneConfig zone) {
    return zone.snapshots()
        .map(p ->
            "every "
                + Durations.format(p.every())
                + " on "
                + names(p.on())
                + ", keep "
                + p.keep()
                + ", budget "
                + p.budget())
        .orElse("none");
  }

  private static String rate(Optional<ByteSize> rate) {
    return rate.map(size -> size + "/s").orElse("none");
  }

  private static String iops(Optional<Integer> count) {
    return count.map(Object::toString).orElse("none");
  }

  private static String serving(ZoneConfig zone) {
    return switch (zone.access().nodes()) {
      case ServingNodes.Any any -> "any";
      case ServingNodes.Only only -> only.nodes().isEmpty() ? "members only" : names(only.nodes());
    };
  }

  private static String names(List<NodeName> nodes) {
    return String.join(", ", nodes.stream().map(NodeName::value).toList());
  }
}
