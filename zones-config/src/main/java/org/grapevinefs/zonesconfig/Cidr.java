// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A block of IP addresses, {@code 192.0.2.0/24} or one address alone.
 *
 * @param address the first address of the block: no bit set beyond the prefix
 * @param prefix the number of leading bits that count: 0 to 32 or to 128
 */
public record Cidr(InetAddress address, int prefix) {
  private static final Pattern IPV4 =
      Pattern.compile("((25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(\\.(?!$)|$)){4}");
  private static final Pattern IPV6 = Pattern.compile("(?=.*:)[0-9A-Fa-f:.]{2,45}");
  private static final Pattern FORM = Pattern.compile("([^/]{1,45})(?:/([0-9]{1,3}))?");

  /** Checks the prefix; an {@link InvalidValueException} says what is wrong. */
  public Cidr {
    int bits = address.getAddress().length * 8;
    if (prefix < 0 || prefix > bits) {
      throw new InvalidValueException(
          "a prefix of this kind of address is 0 to " + bits + ", not " + prefix);
    }
    InetAddress first = first(address, prefix);
    if (!first.equals(address)) {
      throw new InvalidValueException(
          address.getHostAddress() + "/" + prefix + " has bits set beyond its prefix",
          text(first, prefix));
    }
  }

  /**
   * Reads an address or a block; host names are refused. {@link InvalidValueException} if wrong.
   */
  public static Cidr parse(String text) {
    Matcher form = FORM.matcher(text);
    String message =
        "\"" + Quoting.printable(text) + "\" is no IP address or block such as 192.0.2.0/24";
    if (text.equals("*") || text.equals("any")) {
      throw new InvalidValueException(message, "0.0.0.0/0");
    }
    if (text.equals("localhost")) {
      throw new InvalidValueException(message, "127.0.0.1");
    }
    if (!form.matches() || !isLiteral(form.group(1))) {
      throw new InvalidValueException(message);
    }
    InetAddress address;
    try {
      address = InetAddress.ofLiteral(form.group(1));
    } catch (IllegalArgumentException e) {
      throw new InvalidValueException(message);
    }
    String prefix = form.group(2);
    return new Cidr(
        address, prefix == null ? address.getAddress().length * 8 : Integer.parseInt(prefix));
  }

  private static boolean isLiteral(String text) {
    return IPV4.matcher(text).matches() || IPV6.matcher(text).matches();
  }

  private static InetAddress first(InetAddress address, int prefix) {
    byte[] bytes = address.getAddress();
    for (int bit = prefix; bit < bytes.length * 8; bit++) {
      bytes[bit / 8] &= (byte) ~(0x80 >> (bit % 8));
    }
    return ofBytes(bytes);
  }

  private static InetAddress ofBytes(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (java.net.UnknownHostException e) {
      throw new IllegalStateException("four or sixteen bytes always make an address", e);
    }
  }

  /** Whether an address lies in this block; an IPv4 one never does in an IPv6 block. */
  public boolean contains(InetAddress other) {
    byte[] bytes = other.getAddress();
    return bytes.length == address.getAddress().length && first(other, prefix).equals(address);
  }

  /** Whether this block is a single address. */
  public boolean isSingle() {
    return prefix == address.getAddress().length * 8;
  }

  /** Whether this is a block of IPv4 addresses. */
  public boolean isIpv4() {
    return address instanceof Inet4Address;
  }

  @Override
  public String toString() {
    return text(address, prefix);
  }

  private static String text(InetAddress address, int prefix) {
    boolean single = prefix == address.getAddress().length * 8;
    return address.getHostAddress() + (single ? "" : "/" + prefix);
  }
}
