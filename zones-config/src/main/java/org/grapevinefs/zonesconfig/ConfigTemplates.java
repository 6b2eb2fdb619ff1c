// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.grapevinefs.zonesconfig.MeshConfig.MeshNode;

/**
 * Configuration files as text: the commented ones that {@code grapevine init} writes, and any
 * record written back so that {@link ConfigLoader} reads the same record again.
 */
public final class ConfigTemplates {
  private ConfigTemplates() {}

  /** A commented {@code node.toml} for a new node with one volume. */
  public static String firstNode(NodeName name, Path volume) {
    return """
    # This node. Every key is explained in docs/configuration.md; "grapevine config check" reads
    # the files and says what is wrong. What stands behind a '#' is the default.

    name = %s                        # what zone files and other nodes call it

    [gossip]
    # listen = "0.0.0.0:2645"        # UDP: who is there, and what is new
    seeds = []                       # any living nodes, such as "hertog-jan.lan:2645"
    # broadcast = true               # call on the local network too

    [peer]
    # listen = "0.0.0.0:2645"        # TCP with TLS: replication between nodes

    [nfs]
    # listen = "127.0.0.1:2049"      # this machine only; "0.0.0.0:2049" opens it to the network,
    #                                  and [access] in each zone's file says who may come

    [admin]
    # listen = "127.0.0.1:2646"      # the command line and metrics

    [[volume]]                       # where zones are kept; the first one is the default
    name = "main"
    path = %s
    # capacity = "8TB"               # the most that all zones on it may take
    # type = "auto"                  # or "directory", "btrfs"
    """
        .formatted(Quoting.toml(name.value()), Quoting.toml(volume.toString()));
  }

  /** A commented file for a first zone with one member; what it is named, the zone is named. */
  public static String firstZone(NodeName member) {
    return """
    # A zone: a tree of files with a quota, mirrored by its members. The file's name is the zone's
    # name; an edit takes effect without a restart. Every key is in docs/configuration.md.

    description = "A first zone"
    quota = "10GB"                   # on each member
    members = [%s]                   # add a second node, and files survive the loss of one
    # type = "filesystem"            # "memory" is for a later version
    # ignore = ["scratch/", "*.tmp"] # as in .gitignore; without effect in this version
    # durability = "relaxed"         # or "strict": every change of a name on disk before its reply

    # [snapshots]                    # without effect in this version
    # on = [%s]
    # every = "15m"
    # keep = { quarter-hourly = 24, daily = 14, weekly = 7, four-weekly = 4 }
    # budget = "2x"                  # of the quota, or a size

    [access]
    clients = ["127.0.0.1", "::1"]   # NFS clients of any node; a block is "192.0.2.0/24"
    squash = "root"                  # root of a client becomes nobody; or "all", "none"
    # read-only = []                 # clients that may only read
    # nodes = ["*"]                  # which nodes that are no members may serve it
    """
        .formatted(Quoting.toml(member.value()), Quoting.toml(member.value()));
  }

  /** A {@code node.toml} that says all of a record. */
  public static String node(NodeConfig node) {
    StringBuilder out = new StringBuilder();
    line(out, "name", quoted(node.name()));
    out.append("\n[gossip]\n");
    line(out, "listen", quoted(node.gossip().listen()));
    line(out, "seeds", list(node.gossip().seeds()));
    if (!node.gossip().broadcast()) {
      line(out, "broadcast", "false");
    }
    out.append("\n[peer]\n");
    line(out, "listen", quoted(node.peerListen()));
    out.append("\n[nfs]\n");
    nfs(node.nfs(), out);
    out.append("\n[admin]\n");
    line(out, "listen", quoted(node.adminListen()));
    for (VolumeConfig volume : node.volumes()) {
      out.append("\n[[volume]]\n");
      line(out, "name", quoted(volume.name()));
      line(out, "path", quoted(volume.path()));
      volume.capacity().ifPresent(capacity -> line(out, "capacity", quoted(capacity)));
      line(out, "type", quoted(volume.type()));
      if (volume.quotaMode() != QuotaMode.SIMPLE) {
        line(out, "quota-mode", quoted(volume.quotaMode()));
      }
    }
    return out.toString();
  }

  private static void nfs(NodeConfig.Nfs nfs, StringBuilder out) {
    line(out, "listen", quoted(nfs.listen()));
    if (nfs.tls() != NfsTls.OFF) {
      line(out, "tls", quoted(nfs.tls()));
    }
    nfs.authorities().ifPresent(file -> line(out, "tls-clients", quoted(file)));
    nfs.certificate().ifPresent(file -> line(out, "tls-certificate", quoted(file)));
    nfs.key().ifPresent(file -> line(out, "tls-key", quoted(file)));
    if (!nfs.lease().equals(NodeConfig.Nfs.DEFAULT_LEASE)) {
      line(out, "lease", quoted(Durations.format(nfs.lease())));
    }
  }

  /** A {@code mesh.toml} that says all of a record. */
  public static String mesh(MeshConfig mesh) {
    StringBuilder out = new StringBuilder();
    out.append("# The nodes that trust one another; the same file on all of them.\n");
    line(out, "id", quoted(mesh.id()));
    for (MeshNode node : mesh.nodes()) {
      out.append("\n[[node]]\n");
      line(out, "name", quoted(node.name()));
      line(out, "key", quoted(node.key()));
      line(out, "addresses", list(node.addresses()));
    }
    return out.toString();
  }

  /** A zone's file that says all of a record but its name, which is the file's, and defaults. */
  public static String zone(ZoneConfig zone) {
    StringBuilder out = new StringBuilder();
    if (!zone.description().isEmpty()) {
      line(out, "description", quoted(zone.description()));
    }
    line(out, "quota", quoted(zone.quota()));
    line(out, "members", list(zone.members()));
    line(out, "type", quoted(zone.type()));
    if (!zone.labels().isEmpty()) {
      line(out, "labels", table(zone.labels()));
    }
    patterns(out, "ignore", zone.ignore());
    patterns(out, "merge", zone.merge());
    if (!zone.mergeKey().equals(ZoneConfig.DEFAULT_MERGE_KEY)) {
      line(out, "merge-key", quoted(zone.mergeKey()));
    }
    patterns(out, "merge-text", zone.mergeText());
    if (zone.durability() != Durability.RELAXED) {
      line(out, "durability", quoted(zone.durability()));
    }
    if (zone.listSnapshots()) {
      line(out, "list-snapshots", "true");
    }
    if (!zone.placement().isEmpty()) {
      out.append("\n[placement]\n");
      zone.placement().forEach((node, volume) -> line(out, quoted(node), quoted(volume)));
    }
    zone.snapshots().ifPresent(policy -> snapshots(out, policy));
    if (!zone.limits().equals(ZoneLimits.NONE)) {
      limits(out, zone.limits());
    }
    access(out, zone.access());
    return out.toString();
  }

  private static void patterns(StringBuilder out, String key, List<String> patterns) {
    if (!patterns.isEmpty()) {
      line(out, key, list(patterns));
    }
  }

  private static void snapshots(StringBuilder out, SnapshotPolicy policy) {
    out.append("\n[snapshots]\n");
    line(out, "on", list(policy.on()));
    line(out, "every", Quoting.toml(Durations.format(policy.every())));
    line(
        out,
        "keep",
        policy.keep().entrySet().stream()
            .map(kept -> kept.getKey() + " = " + kept.getValue())
            .collect(Collectors.joining(", ", "{", "}")));
    line(out, "budget", quoted(policy.budget()));
  }

  private static void limits(StringBuilder out, ZoneLimits limits) {
    out.append("\n[limits]\n");
    rate(out, "read", limits.read());
    rate(out, "write", limits.write());
    limits.readIops().ifPresent(count -> line(out, "read-iops", count.toString()));
    limits.writeIops().ifPresent(count -> line(out, "write-iops", count.toString()));
  }

  private static void rate(StringBuilder out, String key, Optional<ByteSize> rate) {
    rate.ifPresent(size -> line(out, key, Quoting.toml(size + "/s")));
  }

  private static void access(StringBuilder out, AccessRules access) {
    out.append("\n[access]\n");
    line(out, "clients", list(access.clients()));
    line(out, "read-only", list(access.readOnly()));
    line(out, "squash", quoted(access.squash()));
    line(
        out,
        "nodes",
        switch (access.nodes()) {
          case ServingNodes.Any any -> "[\"*\"]";
          case ServingNodes.Only only -> list(only.nodes());
        });
  }

  private static void line(StringBuilder out, String key, String value) {
    out.append(key).append(" = ").append(value).append('\n');
  }

  private static String quoted(Object value) {
    return Quoting.toml(value.toString());
  }

  private static String list(Collection<?> values) {
    return values.stream().map(ConfigTemplates::quoted).collect(Collectors.joining(", ", "[", "]"));
  }

  private static String table(Map<String, String> values) {
    return values.entrySet().stream()
        .map(entry -> Quoting.toml(entry.getKey()) + " = " + Quoting.toml(entry.getValue()))
        .collect(Collectors.joining(", ", "{", "}"));
  }
}
