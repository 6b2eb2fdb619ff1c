// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.net.InetAddress;

/**
 * A network that this node has an address in.
 *
 * @param address any address of the network
 * @param prefixLength how many leading bits the network's addresses share
 */
public record Subnet(InetAddress address, int prefixLength) {
  /** Checks the prefix length against the kind of address. */
  public Subnet {
    if (prefixLength < 0 || prefixLength > address.getAddress().length * 8) {
      throw new IllegalArgumentException("not a prefix length: " + prefixLength);
    }
  }

  /** Whether {@code other} lies in this network. */
  public boolean contains(InetAddress other) {
    byte[] mine = address.getAddress();
    byte[] theirs = other.getAddress();
    if (mine.length != theirs.length) {
      return false;
    }
    for (int bit = 0; bit < prefixLength; bit++) {
      int mask = 0x80 >> (bit & 7);
      if (((mine[bit >> 3] ^ theirs[bit >> 3]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }
}
