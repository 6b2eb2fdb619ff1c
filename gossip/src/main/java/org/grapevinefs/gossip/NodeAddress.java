// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

/**
 * A place where a node may be heard: a host name or IP literal, and a port. Not resolved.
 *
 * @param host a name or literal of 1 to 255 characters; an IPv6 literal stands without brackets
 * @param port 1 to 65,535
 */
public record NodeAddress(String host, int port) {
  private static final int MAX_HOST = 255;

  /** Checks both parts; an {@link IllegalArgumentException} says what is wrong. */
  public NodeAddress {
    if (host.isEmpty() || host.length() > MAX_HOST) {
      throw new IllegalArgumentException("a host has 1 to " + MAX_HOST + " characters");
    }
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      if (c <= ' ' || c == '/' || c == '[' || c == ']' || c == 0x7f) {
        throw new IllegalArgumentException(
            "a host name cannot hold the character at position " + (i + 1));
      }
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("a port is 1 to 65535, not " + port);
    }
  }

  /**
   * Reads {@code host:port} or {@code [ipv6]:port}; anything else is an {@link
   * IllegalArgumentException}.
   */
  public static NodeAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("expected host:port, not \"" + text + "\"");
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      throw new IllegalArgumentException(
          "an IPv6 address needs brackets: [" + host + "]:" + text.substring(colon + 1));
    }
    try {
      return new NodeAddress(host, Integer.parseInt(text.substring(colon + 1)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not a port in \"" + text + "\"", e);
    }
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
