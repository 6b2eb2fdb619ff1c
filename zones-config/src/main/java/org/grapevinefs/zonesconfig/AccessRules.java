// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.net.InetAddress;
import java.util.List;

/**
 * Who may use a zone over NFS, and as whom.
 *
 * @param clients clients of any node that may read and write
 * @param readOnly clients that may only read, also where {@code clients} has them too
 * @param squash whose rights their users get
 * @param nodes which nodes that are no members may serve the zone
 */
public record AccessRules(
    List<Cidr> clients, List<Cidr> readOnly, Squash squash, ServingNodes nodes) {

  /** What a file that says nothing means: this machine's own clients, root squashed. */
  public static final AccessRules DEFAULT =
      new AccessRules(
          List.of(Cidr.parse("127.0.0.1"), Cidr.parse("::1")),
          List.of(),
          Squash.ROOT,
          new ServingNodes.Any());

  /** What a client may do. */
  public enum Right {
    /** Nothing; the zone is not even listed. */
    NONE,
    /** Look and read. */
    READ,
    /** Everything. */
    WRITE
  }

  /** Copies the lists. */
  public AccessRules {
    clients = List.copyOf(clients);
    readOnly = List.copyOf(readOnly);
  }

  /** What the client at an address may do. */
  public Right of(InetAddress client) {
    if (readOnly.stream().anyMatch(block -> block.contains(client))) {
      return Right.READ;
    }
    return clients.stream().anyMatch(block -> block.contains(client)) ? Right.WRITE : Right.NONE;
  }

  /** The same rules with another squash. */
  public AccessRules withSquash(Squash other) {
    return new AccessRules(clients, readOnly, other, nodes);
  }

  /** The same rules for other clients. */
  public AccessRules withClients(List<Cidr> others) {
    return new AccessRules(others, readOnly, squash, nodes);
  }
}
