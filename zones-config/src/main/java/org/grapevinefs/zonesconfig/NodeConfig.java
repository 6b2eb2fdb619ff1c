// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

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
 * @param nfsListen TCP address for NFS clients; this machine only unless widened
 * @param adminListen TCP address for the command line, the web page and metrics
 * @param volumes where zones are kept, the default one first; may be empty
 */
public record NodeConfig(
    NodeName name,
    Gossip gossip,
    HostPort peerListen,
    HostPort nfsListen,
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
    return new NodeConfig(name, Gossip.DEFAULT, DEFAULT_PEER, DEFAULT_NFS, DEFAULT_ADMIN, volumes);
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
