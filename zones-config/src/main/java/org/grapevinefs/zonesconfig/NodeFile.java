// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads {@code node.toml}. */
final class NodeFile {
  private final Section root;
  private final ProblemList problems;
  private final Limits limits;

  NodeFile(Section root, ProblemList problems, Limits limits) {
    this.root = root;
    this.problems = problems;
    this.limits = limits;
  }

  Optional<NodeConfig> read() {
    Optional<NodeName> name = root.value("name", "a text in quotes", NodeName::new);
    if (!root.has("name")) {
      root.missing("name", "what is this node called in the mesh? For example name = \"node-1\"");
    }
    NodeConfig.Gossip gossip = gossip();
    HostPort peer = listen("peer", NodeConfig.DEFAULT_PEER);
    NodeConfig.Nfs nfs = root.section("nfs").map(this::nfs).orElse(NodeConfig.Nfs.DEFAULT);
    HostPort admin = listen("admin", NodeConfig.DEFAULT_ADMIN);
    refuseSamePort(peer, nfs.listen(), admin);
    List<VolumeConfig> volumes = volumes();
    return problems.hasErrors() || name.isEmpty()
        ? Optional.empty()
        : Optional.of(new NodeConfig(name.get(), gossip, peer, nfs, admin, volumes));
  }

  private NodeConfig.Gossip gossip() {
    Optional<Section> section = root.section("gossip");
    if (section.isEmpty()) {
      return NodeConfig.Gossip.DEFAULT;
    }
    Section gossip = section.get();
    return new NodeConfig.Gossip(
        gossip
            .value("listen", "an address in quotes", HostPort::parse)
            .orElse(NodeConfig.DEFAULT_PEER),
        gossip.list("seeds", "addresses", limits.listEntries(), NodeFile::remote).orElse(List.of()),
        gossip.flag("broadcast").orElse(true));
  }

  private NodeConfig.Nfs nfs(Section section) {
    NfsTls tls = word(section, "tls", NfsTls.class).orElse(NfsTls.OFF);
    Optional<Path> authorities = file(section, "tls-clients");
    Optional<Path> certificate = file(section, "tls-certificate");
    Optional<Path> key = file(section, "tls-key");
    if (tls == NfsTls.MUTUAL && !section.has("tls-clients")) {
      problems.error(
          section.atValue("tls"),
          "tls: mutual needs tls-clients, a file with the certificates of those who vouch for"
              + " clients");
    }
    if (section.has("tls-certificate") != section.has("tls-key")) {
      String one = section.has("tls-key") ? "tls-key" : "tls-certificate";
      problems.error(section.at(one), "tls-certificate and tls-key stand together");
    }
    for (String name : List.of("tls-clients", "tls-certificate")) {
      boolean unused = tls == NfsTls.OFF || (tls != NfsTls.MUTUAL && name.equals("tls-clients"));
      if (unused && section.has(name)) {
        problems.warn(section.at(name), name + " means nothing with tls = \"" + tls + "\"");
      }
    }
    return new NodeConfig.Nfs(
        section
            .value("listen", "an address in quotes", HostPort::parse)
            .orElse(NodeConfig.DEFAULT_NFS),
        tls,
        authorities,
        certificate,
        key,
        section
            .value("lease", "a duration in quotes such as \"60s\"", NodeFile::lease)
            .orElse(NodeConfig.Nfs.DEFAULT_LEASE));
  }

  private static Optional<Path> file(Section section, String key) {
    return section.value(key, "a path in quotes", NodeFile::absolute);
  }

  private static Duration lease(String text) {
    Duration lease = Durations.parse(text);
    if (lease.compareTo(NodeConfig.Nfs.SHORTEST_LEASE) < 0
        || lease.compareTo(NodeConfig.Nfs.LONGEST_LEASE) > 0) {
      throw new InvalidValueException("from 10s to 1h, not " + text);
    }
    return lease;
  }

  /** An address of another node: with a port. */
  static HostPort remote(String text) {
    if (text.lastIndexOf(':') < 0) {
      throw new InvalidValueException(
          "\"" + Quoting.printable(text) + "\" is no address: expected host:port", text + ":2645");
    }
    HostPort address = HostPort.parse(text);
    if (address.port() == 0) {
      throw new InvalidValueException("\"" + text + "\" needs a port from 1 to 65535");
    }
    return address;
  }

  private HostPort listen(String key, HostPort otherwise) {
    return root.section(key)
        .flatMap(section -> section.value("listen", "an address in quotes", HostPort::parse))
        .orElse(otherwise);
  }

  private void refuseSamePort(HostPort peer, HostPort nfs, HostPort admin) {
    refuseClash("nfs", nfs, "peer", peer);
    refuseClash("admin", admin, "peer", peer);
    refuseClash("admin", admin, "nfs", nfs);
  }

  private void refuseClash(String key, HostPort address, String otherKey, HostPort other) {
    boolean overlap = address.host().equals(other.host()) || isAny(address) || isAny(other);
    if (address.port() != 0 && address.port() == other.port() && overlap) {
      String shown = root.has(key) ? key : otherKey;
      problems.error(
          root.section(shown).map(section -> section.atValue("listen")).orElse(root.at(shown)),
          "[" + key + "] and [" + otherKey + "] both listen on port " + address.port());
    }
  }

  private static boolean isAny(HostPort address) {
    return address.host().equals("0.0.0.0") || address.host().equals("::");
  }

  private List<VolumeConfig> volumes() {
    List<VolumeConfig> volumes = new ArrayList<>();
    Set<String> names = new HashSet<>();
    Set<Path> paths = new HashSet<>();
    for (Section section : root.sections("volume", limits.volumes())) {
      Optional<String> name = section.value("name", "a text in quotes", NodeFile::volumeName);
      if (!section.has("name")) {
        section.missing("name", "what [placement] in a zone's file calls it");
      }
      if (name.isPresent() && !names.add(name.get())) {
        problems.error(section.atValue("name"), "two volumes are named \"" + name.get() + "\"");
      }
      Optional<Path> path = section.value("path", "a path in quotes", NodeFile::absolute);
      if (!section.has("path")) {
        section.missing("path", "the folder where this volume keeps its zones");
      }
      if (path.isPresent() && !paths.add(path.get())) {
        problems.error(section.atValue("path"), "two volumes are at " + path.get());
      }
      Optional<ByteSize> capacity = section.size("capacity");
      if (capacity.filter(size -> size.compareTo(Limits.SMALLEST_QUOTA) < 0).isPresent()) {
        problems.error(section.atValue("capacity"), "capacity: at least 1MB");
      }
      VolumeType type = word(section, "type", VolumeType.class).orElse(VolumeType.AUTO);
      QuotaMode mode = word(section, "quota-mode", QuotaMode.class).orElse(QuotaMode.SIMPLE);
      if (type == VolumeType.DIRECTORY && section.has("quota-mode")) {
        problems.warn(section.at("quota-mode"), "quota-mode means nothing for a directory");
      }
      if (name.isPresent() && path.isPresent()) {
        volumes.add(new VolumeConfig(name.get(), path.get(), capacity, type, mode));
      }
    }
    return problems.hasErrors() ? List.of() : volumes;
  }

  static <E extends Enum<E>> Optional<E> word(Section section, String key, Class<E> type) {
    return section.value(
        key, "one of " + String.join(", ", Words.all(type)), text -> Words.parse(type, text));
  }

  private static String volumeName(String text) {
    Names.check("volume", text);
    return text;
  }

  private static Path absolute(String text) {
    try {
      Path path = Path.of(text);
      if (path.isAbsolute()) {
        return path.normalize();
      }
    } catch (InvalidPathException e) {
      throw new InvalidValueException("\"" + Quoting.printable(text) + "\" is no path");
    }
    throw new InvalidValueException(
        "\"" + Quoting.printable(text) + "\" must begin with '/': a path from the root");
  }
}
