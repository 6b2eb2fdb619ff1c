// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What this machine's network interfaces say: networks, addresses for others, and where to
 * broadcast.
 *
 * @param subnets networks that this machine has an address in
 * @param addresses where others may reach the listening socket, best first
 * @param broadcasts where to broadcast
 */
record LocalNetworks(
    List<Subnet> subnets, List<InetSocketAddress> addresses, List<InetSocketAddress> broadcasts) {
  static LocalNetworks of(InetSocketAddress listening) {
    List<Subnet> subnets = new ArrayList<>();
    List<InetSocketAddress> addresses = new ArrayList<>();
    List<InetSocketAddress> broadcasts = new ArrayList<>();
    InetAddress bound = listening.getAddress();
    for (InterfaceAddress own : interfaceAddresses()) {
      InetAddress address = own.getAddress();
      subnets.add(new Subnet(address, own.getNetworkPrefixLength()));
      boolean ours = bound.isAnyLocalAddress() || bound.equals(address);
      if (!ours || address.isLoopbackAddress() || address.isLinkLocalAddress()) {
        continue;
      }
      addresses.add(new InetSocketAddress(address, listening.getPort()));
      if (own.getBroadcast() != null) {
        broadcasts.add(new InetSocketAddress(own.getBroadcast(), listening.getPort()));
      }
    }
    if (addresses.isEmpty() && !bound.isAnyLocalAddress()) {
      addresses.add(listening);
    }
    addresses.sort(
        Comparator.comparing(address -> !(address.getAddress() instanceof Inet4Address)));
    return new LocalNetworks(
        List.copyOf(subnets),
        addresses.stream().limit(Limits.ADDRESSES).toList(),
        broadcasts.stream().distinct().toList());
  }

  private static List<InterfaceAddress> interfaceAddresses() {
    List<InterfaceAddress> all = new ArrayList<>();
    try {
      for (NetworkInterface face : NetworkInterface.networkInterfaces().toList()) {
        if (face.isUp()) {
          all.addAll(face.getInterfaceAddresses());
        }
      }
    } catch (SocketException e) {
      // An interface that vanished meanwhile; the next look, within 30 s, sees what there is then.
      return all;
    }
    return all;
  }
}
