// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import java.net.InetAddress;
import java.util.Arrays;

/**
 * Addresses that share their first bits, as in {@code 192.168.0.0/16} or {@code fd00::/8}.
 *
 * @param network the first bits, with any last bits
 * @param bits how many bits count
 */
public record AddressRange(InetAddress network, int bits) {

  /** Every IPv4 address. */
  public static final AddressRange ALL_IPV4 = parse("0.0.0.0/0");

  /** Every IPv6 address. */
  public static final AddressRange ALL_IPV6 = parse("::/0");

  /** Checks the bounds. */
  public AddressRange {
    if (bits < 0 || bits > network.getAddress().length * 8) {
      throw new IllegalArgumentException("a prefix of " + bits + " bits");
    }
  }

  /**
   * The range written as an address, or an address, a slash and a number of bits.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static AddressRange parse(String text) {
    int slash = text.indexOf('/');
    InetAddress address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
    int width = address.getAddress().length * 8;
    return new AddressRange(
        address, slash < 0 ? width : Integer.parseInt(text.substring(slash + 1)));
  }

  /** Whether an address lies within. An IPv4 address never lies within an IPv6 range. */
  public boolean contains(InetAddress address) {
    byte[] mine = network.getAddress();
    byte[] other = address.getAddress();
    if (mine.length != other.length) {
      return false;
    }
    int whole = bits / 8;
    if (!Arrays.equals(mine, 0, whole, other, 0, whole)) {
      return false;
    }
    int rest = bits % 8;
    return rest == 0 || ((mine[whole] ^ other[whole]) & (0xff00 >> rest) & 0xff) == 0;
  }
}
