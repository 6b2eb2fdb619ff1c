// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.util.regex.Pattern;

/**
 * An address to listen on or to talk to: a host name or literal, and a port. Not resolved.
 *
 * @param host a name or literal of 1 to 255 characters; an IPv6 literal stands without brackets
 * @param port 0 to 65,535; 0 lets the system choose and is only for listening
 */
public record HostPort(String host, int port) {
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,254}");
  private static final Pattern IPV6 =
      Pattern.compile("[0-9A-Fa-f:.]{2,45}(%[A-Za-z0-9._-]{1,16})?");
  private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");

  /** Checks both parts; an {@link InvalidValueException} says what is wrong. */
  public HostPort {
    if (!HOST.matcher(host).matches() && !(host.contains(":") && IPV6.matcher(host).matches())) {
      throw new InvalidValueException("\"" + Quoting.printable(host) + "\" is no host name");
    }
    if (port < 0 || port > 65_535) {
      throw new InvalidValueException("a port is a number from 1 to 65535, not " + port);
    }
  }

  /** Reads {@code host:port} or {@code [ipv6]:port}; an {@link InvalidValueException} otherwise. */
  public static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    String shown = Quoting.printable(text);
    if (colon < 0) {
      throw new InvalidValueException("\"" + shown + "\" is no address: expected host:port");
    }
    String host = text.substring(0, colon);
    String port = text.substring(colon + 1);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
      if (!host.contains(":")) {
        throw new InvalidValueException(
            "only an IPv6 address stands in brackets: \"" + shown + "\"", host + ":" + port);
      }
    } else if (host.contains(":")) {
      throw new InvalidValueException(
          "an IPv6 address needs brackets: \"" + shown + "\"", "[" + host + "]:" + port);
    }
    if (host.isEmpty()) {
      throw new InvalidValueException(
          "\"" + shown + "\" names no host", "0.0.0.0:" + (port.isEmpty() ? "2645" : port));
    }
    if (!PORT.matcher(port).matches()) {
      throw new InvalidValueException(
          "\"" + shown + "\" has no port: a number from 1 to 65535 after the last ':'");
    }
    return new HostPort(host, Integer.parseInt(port));
  }

  /** Whether only programs on the same machine can reach this address. */
  public boolean isLoopback() {
    return host.equals("localhost") || host.equals("::1") || host.startsWith("127.");
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
