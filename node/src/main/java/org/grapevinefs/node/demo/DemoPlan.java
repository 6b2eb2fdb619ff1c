// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.demo;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.grapevinefs.zonesconfig.HostPort;
import org.grapevinefs.zonesconfig.NodeName;

/**
 * A demo's fixed places and numbers, a promise to scripts: node <i>i</i> counts from 1.
 *
 * @param folder everything is under it
 * @param nodes how many nodes the mesh has, 1 to {@link #MOST}
 * @param nfsAddress where NFS listens
 * @param btrfs whether volumes are Btrfs subvolumes
 */
public record DemoPlan(Path folder, int nodes, String nfsAddress, boolean btrfs) {
  /** The most nodes; the ports of more would run into each other. */
  public static final int MOST = 50;

  /** The zone that all nodes are members of. */
  public static final String SHARED = "shared";

  /** The zone of the first node only. */
  public static final String SCRATCH = "scratch";

  private static final String LOOPBACK = "127.0.0.1";
  private static final int NFS = 12_048;
  private static final int ADMIN = 12_645;
  private static final int PEER = 12_745;

  /** Checks the number of nodes. */
  public DemoPlan {
    if (nodes < 1 || nodes > MOST) {
      throw new IllegalArgumentException("a demo has 1 to " + MOST + " nodes, not " + nodes);
    }
    folder = folder.toAbsolutePath().normalize();
  }

  /** The numbers of all nodes. */
  public List<Integer> numbers() {
    return IntStream.rangeClosed(1, nodes).boxed().toList();
  }

  /** The name of a node. */
  public NodeName name(int i) {
    return new NodeName("node-" + i);
  }

  /** All that belongs to a node. */
  public Path home(int i) {
    return folder.resolve("node-" + i);
  }

  /** A node's configuration. */
  public Path config(int i) {
    return home(i).resolve("config");
  }

  /** A node's key and state. */
  public Path data(int i) {
    return home(i).resolve("data");
  }

  /** A node's zones, as plain files. */
  public Path volume(int i) {
    return home(i).resolve("volume");
  }

  /** Where a node serves NFS. */
  public HostPort nfs(int i) {
    return new HostPort(nfsAddress, NFS + i);
  }

  /** Where a node's administrators ask. */
  public HostPort admin(int i) {
    return new HostPort(LOOPBACK, ADMIN + i);
  }

  /** Where a node talks to the others, UDP and TCP. */
  public HostPort peer(int i) {
    return new HostPort(LOOPBACK, PEER + i);
  }
}
