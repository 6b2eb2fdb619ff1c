// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.memory;

import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.grapevinefs.nfsgateway.Export;
import org.grapevinefs.nfsgateway.GatewayConfig;
import org.grapevinefs.nfsgateway.MemoryClientRecords;
import org.grapevinefs.nfsgateway.NfsGateway;

/**
 * A program that serves an empty zone called {@code zone} on every address, at the port given,
 * until it is killed.
 */
public final class ServeMemory {

  private ServeMemory() {}

  /** Serves. */
  public static void main(String[] arguments) throws Exception {
    MemoryZone zone = new MemoryZone(InstantSource.system(), new SplittableRandom());
    List<Export> exports = List.of(Export.open("zone", new UUID(7, 7), zone));
    byte[] key = new byte[16];
    new SecureRandom().nextBytes(key);
    Duration lease = Duration.ofSeconds(arguments.length > 1 ? Long.parseLong(arguments[1]) : 90);
    GatewayConfig config =
        GatewayConfig.of(
                new InetSocketAddress("0.0.0.0", Integer.parseInt(arguments[0])),
                "memory",
                key,
                () -> exports,
                new MemoryClientRecords(),
                InstantSource.system())
            .withLease(lease, Duration.ZERO);
    NfsGateway gateway = new NfsGateway(config);
    gateway.start();
    System.out.println("listening on " + gateway.port());
    Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println(gateway.stats())));
    new CountDownLatch(1).await();
  }
}
