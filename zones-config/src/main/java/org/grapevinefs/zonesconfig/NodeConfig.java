// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * This node, as {@code node.toml} describes it.
 *
 * @param name this node's name in the mesh
 * @param gossip where echolocation packets are heard, and whom to tell first
 * @param peerListen TCP address for replication and remote zones
 * @param nfs how NFS clients are served
 * @param adminListen TCP address for the command line, the web page and metrics
 * @param volumes where zones are kept, the default one first; may be empty
 */
public record NodeConfig(
    NodeName name,
    Gossip gossip,
    HostPort peerListen,
    Nfs nfs,
    HostPort adminListen,
    List<VolumeConfig> volumes) {

  /** The default of {@code [gossip] listen} and {@code [peer] listen}: UDP and TCP port 2645. */
  public static final HostPort DEFAULT_PEER = new HostPort("0.0.0.0", 2_645);

  /** The default of {@code [nfs] listen}: clients of this machine only. */
  public static final HostPort DEFAULT_NFS = new HostPort("127.0.0.1", 2_049);

  /** The default of {@code [admin] listen}: administrators on this machine only. */
  public static final HostPort DEFAULT_ADMIN = new HostPort("127.0.0.1", 2_646);

  /**
   * How this node finds the others.
   *
   * @param listen UDP address
   * @param seeds any living nodes, for where broadcast does not reach; at most 1,000
   * @param broadcast whether to call on the local network too
   */
  public record Gossip(HostPort listen, List<HostPort> seeds, boolean broadcast) {

    /** What a file that says nothing means. */
    public static final Gossip DEFAULT = new Gossip(DEFAULT_PEER, List.of(), true);

    /** Copies the list; an {@link InvalidValueException} if a seed has no port. */
    public Gossip {
      seeds = List.copyOf(seeds);
      for (HostPort seed : seeds) {
        if (seed.port() == 0) {
          throw new InvalidValueException("the seed " + seed + " needs a port");
        }
      }
    }
  }

  /**
   * How NFS clients are served.
   *
   * @param listen TCP address; this machine only unless widened
   * @param tls whether they speak RPC with TLS
   * @param authorities for {@link NfsTls#MUTUAL}: a file in PEM form with the certificates of those
   *     who vouch for clients
   * @param certificate a file in PEM form with the certificate to show, and those up to a root;
   *     empty: the node's own
   * @param key a file in PEM form with that certificate's private key
   * @param lease how long what a client holds is safe without a word from it, and how long clients
   *     may reclaim after a restart
   */
  public record Nfs(
      HostPort listen,
      NfsTls tls,
      Optional<Path> authorities,
      Optional<Path> certificate,
      Optional<Path> key,
      Duration lease) {

    /** The usual lease. */
    public static final Duration DEFAULT_LEASE = Duration.ofSeconds(60);

    /** The shortest lease: clients renew after two thirds of it, and must get through by then. */
    public static final Duration SHORTEST_LEASE = Duration.ofSeconds(10);

    /** The longest lease. */
    public static final Duration LONGEST_LEASE = Duration.ofHours(1);

    /** What a file that says nothing means. */
    public static final Nfs DEFAULT = at(DEFAULT_NFS);

    /** What a file means that says only where. */
    public static Nfs at(HostPort listen) {
      return new Nfs(
          listen, NfsTls.OFF, Optional.empty(), Optional.empty(), Optional.empty(), DEFAULT_LEASE);
    }

    /** The same elsewhere. */
    public Nfs withListen(HostPort other) {
      return new Nfs(other, tls, authorities, certificate, key, lease);
    }
  }

  /** A node of which only the addresses are said, of NFS as of the rest. */
  public NodeConfig(
      NodeName name,
      Gossip gossip,
      HostPort peerListen,
      HostPort nfsListen,
      HostPort adminListen,
      List<VolumeConfig> volumes) {
    this(name, gossip, peerListen, Nfs.at(nfsListen), adminListen, volumes);
  }

  /** Where NFS clients are heard. */
  public HostPort nfsListen() {
    return nfs.listen();
  }

  /** Copies the list; an {@link InvalidValueException} if two volumes share a name. */
  public NodeConfig {
    volumes = List.copyOf(volumes);
    Set<String> names = new HashSet<>();
    for (VolumeConfig volume : volumes) {
      if (!names.add(volume.name())) {
        throw new InvalidValueException("two volumes are named \"" + volume.name() + "\"");
      }
    }
  }

  /** A node of which only name and volumes are said. */
  public static NodeConfig of(NodeName name, List<VolumeConfig> volumes) {
    return new NodeConfig(name, Gossip.DEFAULT, DEFAULT_PEER, Nfs.DEFAULT, DEFAULT_ADMIN, volumes);
  }

  /** The volume of that name. */
  public Optional<VolumeConfig> volume(String wanted) {
    return volumes.stream().filter(volume -> volume.name().equals(wanted)).findFirst();
  }

  /** The volume on which this node keeps a zone: the placed one, else the first. */
  public Optional<VolumeConfig> volumeOf(ZoneConfig zone) {
    return Optional.ofNullable(zone.placement().get(name))
        .map(this::volume)
        .orElseGet(() -> volumes.stream().findFirst());
  }
}
