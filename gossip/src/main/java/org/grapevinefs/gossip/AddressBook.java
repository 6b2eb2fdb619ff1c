// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Host names and what they last resolved to. Literals are known at once; names only after a {@link
 * #refresh}, which may block and so is called from a thread that may wait.
 */
final class AddressBook {
  private final Map<String, List<InetAddress>> known = new ConcurrentHashMap<>();

  /** The socket addresses that are known for these places, without waiting. */
  List<InetSocketAddress> lookUp(List<NodeAddress> places) {
    List<InetSocketAddress> found = new ArrayList<>();
    for (NodeAddress place : places) {
      for (InetAddress address : addresses(place.host())) {
        found.add(new InetSocketAddress(address, place.port()));
      }
    }
    return found;
  }

  /** The addresses of every member of the roster, without waiting. */
  Map<NodeId, List<InetSocketAddress>> routes(Roster roster) {
    Map<NodeId, List<InetSocketAddress>> routes = new LinkedHashMap<>();
    for (Roster.Entry entry : roster.entries()) {
      routes.put(entry.id(), lookUp(entry.addresses()));
    }
    return routes;
  }

  /**
   * Asks the name service about all names among these places. May block for as long as that takes.
   */
  void refresh(List<NodeAddress> places) {
    for (NodeAddress place : places) {
      if (isName(place.host())) {
        try {
          known.put(place.host(), Arrays.asList(InetAddress.getAllByName(place.host())));
        } catch (UnknownHostException e) {
          // What it resolved to before is worth more than nothing.
          known.putIfAbsent(place.host(), List.of());
        }
      }
    }
  }

  private List<InetAddress> addresses(String host) {
    try {
      return List.of(InetAddress.ofLiteral(host));
    } catch (IllegalArgumentException e) {
      return known.getOrDefault(host, List.of());
    }
  }

  private static boolean isName(String host) {
    try {
      InetAddress.ofLiteral(host);
      return false;
    } catch (IllegalArgumentException e) {
      return true;
    }
  }
}
