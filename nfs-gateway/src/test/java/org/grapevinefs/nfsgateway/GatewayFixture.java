// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.grapevinefs.nfsgateway.client.CallbackServer;
import org.grapevinefs.nfsgateway.client.Nfs4Client;
import org.grapevinefs.nfsgateway.client.Ops;
import org.grapevinefs.nfsgateway.client.RpcConnection;
import org.grapevinefs.nfsgateway.memory.MemoryZone;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;

/**
 * A gateway on loopback over a zone in memory called {@code zone}, with a clock that tests move.
 */
public final class GatewayFixture implements AutoCloseable {

  /** The lease of the gateway. */
  public static final Duration LEASE = GatewayConfig.DEFAULT_LEASE;

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  private final InstantSource clock = now::get;
  private final List<Nfs4Client> clients = new ArrayList<>();
  private final ClientRecords records = new MemoryClientRecords();
  private final MemoryZone zone = new MemoryZone(clock, new SplittableRandom(1));
  private final LiveExports exports = new LiveExports();
  private final Limits limits;
  private final Tls tls;
  private NfsGateway gateway;

  /** Starts it with the usual bounds. */
  public GatewayFixture() {
    this(Limits.DEFAULT);
  }

  /** Starts it. */
  public GatewayFixture(Limits limits) {
    this(limits, Tls.NONE);
  }

  /** Starts it with the usual bounds. */
  public GatewayFixture(Tls tls) {
    this(Limits.DEFAULT, tls);
  }

  private GatewayFixture(Limits limits, Tls tls) {
    this.limits = limits;
    this.tls = tls;
    exports.replace(List.of(Export.open("zone", new UUID(7, 7), zone)));
    gateway = start();
  }

  private NfsGateway start() {
    GatewayConfig config =
        GatewayConfig.of(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                "test",
                new byte[16],
                exports,
                records,
                clock)
            .withLimits(limits)
            .withTls(tls);
    NfsGateway fresh = new NfsGateway(config);
    try {
      fresh.start();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return fresh;
  }

  /** Another gateway in the place of the first, as after a restart. */
  public void restart() throws IOException {
    gateway.close();
    gateway = start();
  }

  /** Lets time pass. */
  public void pass(Duration time) {
    now.updateAndGet(before -> before.plus(time));
  }

  /** Changes what is served. */
  public void serve(List<Export> list) {
    exports.replace(list);
  }

  /** What is served. */
  public List<Export> exports() {
    return exports.list();
  }

  public MemoryZone zone() {
    return zone;
  }

  public NfsGateway gateway() {
    return gateway;
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port());
  }

  /** A root client of 4.2 with a session. */
  public Nfs4Client client(String owner) throws IOException, BadXdrException {
    return keep(Nfs4Client.connect(address(), 2, owner));
  }

  /** A root client of 4.2 that can be called back. */
  public Nfs4Client client(String owner, CallbackServer callbacks)
      throws IOException, BadXdrException {
    Nfs4Client client = returning(owner, callbacks);
    client.run(new Ops().reclaimComplete());
    return client;
  }

  /** The same, on behalf of a user. */
  public Nfs4Client client(String owner, CallbackServer callbacks, int uid)
      throws IOException, BadXdrException {
    Nfs4Client client = keep(Nfs4Client.connect(address(), 2, owner, callbacks, uid));
    client.run(new Ops().reclaimComplete());
    return client;
  }

  /** The same, that has not yet said that it reclaimed all. */
  public Nfs4Client returning(String owner, CallbackServer callbacks)
      throws IOException, BadXdrException {
    return keep(Nfs4Client.connect(address(), 2, owner, callbacks));
  }

  /** A client of a user, that has not yet said that it reclaimed all. */
  public Nfs4Client client(String owner, long verifier, int uid)
      throws IOException, BadXdrException {
    return keep(Nfs4Client.connect(address(), 2, owner, verifier, uid, uid));
  }

  /** A bare connection. */
  public RpcConnection connection() throws IOException {
    return new RpcConnection(address(), 0, 0);
  }

  private Nfs4Client keep(Nfs4Client client) {
    clients.add(client);
    return client;
  }

  /** Opens a file in the zone's root for reading and writing, made if need be. */
  public static byte[] open(Nfs4Client client, String owner, String name)
      throws IOException, BadXdrException {
    return client.run(new Ops().path("zone").create(owner, name, 3, 0)).skip(24, 15).opened();
  }

  @Override
  public void close() throws IOException {
    for (Nfs4Client client : clients) {
      client.close();
    }
    gateway.close();
  }
}
