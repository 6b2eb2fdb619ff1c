// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.grapevinefs.nfsgateway.Export;
import org.grapevinefs.nfsgateway.GatewayFixture;
import org.grapevinefs.nfsgateway.client.Nfs4Client;
import org.grapevinefs.nfsgateway.client.Ops;
import org.grapevinefs.nfsgateway.client.Reply;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.replication.volume.DirectoryVolume;
import org.grapevinefs.replication.zone.LocalZone;
import org.grapevinefs.replication.zone.ZoneHome;
import org.grapevinefs.replication.zone.ZoneSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The write verifier over a real zone: it changes when, and only when, bytes may have been lost.
 */
class WriteVerifierTest {

  @TempDir Path folder;
  private final GatewayFixture gateway = new GatewayFixture();

  @AfterEach
  void close() throws Exception {
    gateway.close();
  }

  private LocalZone serve() throws Exception {
    ZoneHome home =
        new ZoneHome(
            "real",
            "node",
            new DirectoryVolume(folder),
            folder.resolve("tokens"),
            InstantSource.system(),
            System::nanoTime,
            new SplittableRandom(System.nanoTime()));
    LocalZone zone = home.open(ZoneSettings.DEFAULT);
    gateway.serve(List.of(Export.open("zone", new UUID(7, 7), zone)));
    return zone;
  }

  private static long written(Nfs4Client client) throws Exception {
    Ops write = new Ops().path("zone/f").write(Ops.anonymous(), 0, 0, new byte[] {1});
    XdrReader result = client.run(write).skip(24, 15, 15).expect(38);
    result.int64();
    return result.int64();
  }

  private static long committed(Nfs4Client client) throws Exception {
    Reply reply = client.run(new Ops().path("zone/f").commit(0, 0));
    return reply.skip(24, 15, 15).expect(5).int64();
  }

  @Test
  void verifier_changesWithTheZonesRestartAndNotWithTheGateways() throws Exception {
    LocalZone zone = serve();
    Nfs4Client client = gateway.client("a");
    GatewayFixture.open(client, "o", "f");
    long first = written(client);
    assertThat(committed(client)).isEqualTo(first);
    gateway.restart();
    Nfs4Client back = gateway.client("a");
    assertThat(written(back)).isEqualTo(first);
    zone.close();
    LocalZone again = serve();
    gateway.restart();
    Nfs4Client later = gateway.client("a");
    long after = committed(later);
    assertThat(after).isNotEqualTo(first);
    assertThat(written(later)).isEqualTo(after);
    again.close();
  }
}
