// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;

/**
 * All that a gateway is told.
 *
 * @param listen address and port; port 0 finds a free one
 * @param serverName a name of this server alone, the same after a restart: clients take two
 *     addresses with one name for one server
 * @param handleKey what makes file handles unforgeable; the same on all nodes of the mesh, 16 bytes
 *     or more
 * @param exports what is served
 * @param records the clients that may reclaim after a restart
 * @param clock the time
 * @param lease how long a client's state is safe without a word from it
 * @param grace how long after a restart clients may reclaim
 * @param limits bounds
 * @param tls whether clients speak RPC with TLS
 */
public record GatewayConfig(
    InetSocketAddress listen,
    String serverName,
    byte[] handleKey,
    Exports exports,
    ClientRecords records,
    InstantSource clock,
    Duration lease,
    Duration grace,
    Limits limits,
    Tls tls) {

  /**
   * The usual lease and grace. A longer one spares words; but so long may a dead client keep others
   * from its files, and a server that starts again keep them waiting.
   */
  public static final Duration DEFAULT_LEASE = Duration.ofSeconds(60);

  /** Checks the bounds. */
  public GatewayConfig {
    if (handleKey.length < 16) {
      throw new IllegalArgumentException("a key of less than 16 bytes");
    }
    if (lease.toSeconds() < 1 || lease.toHours() > 1) {
      throw new IllegalArgumentException("a lease of " + lease);
    }
    handleKey = handleKey.clone();
  }

  /** A gateway with the usual lease, grace and limits, without TLS. */
  public static GatewayConfig of(
      InetSocketAddress listen,
      String serverName,
      byte[] handleKey,
      Exports exports,
      ClientRecords records,
      InstantSource clock) {
    return new GatewayConfig(
        listen,
        serverName,
        handleKey,
        exports,
        records,
        clock,
        DEFAULT_LEASE,
        DEFAULT_LEASE,
        Limits.DEFAULT,
        Tls.NONE);
  }

  /** The same with another lease and grace. */
  public GatewayConfig withLease(Duration newLease, Duration newGrace) {
    return new GatewayConfig(
        listen, serverName, handleKey, exports, records, clock, newLease, newGrace, limits, tls);
  }

  /** The same with other limits. */
  public GatewayConfig withLimits(Limits newLimits) {
    return new GatewayConfig(
        listen, serverName, handleKey, exports, records, clock, lease, grace, newLimits, tls);
  }

  /** The same with RPC over TLS. */
  public GatewayConfig withTls(Tls newTls) {
    return new GatewayConfig(
        listen, serverName, handleKey, exports, records, clock, lease, grace, limits, newTls);
  }
}
