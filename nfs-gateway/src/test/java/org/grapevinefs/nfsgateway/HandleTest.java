// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.grapevinefs.nfsgateway.client.Nfs3Client;
import org.grapevinefs.nfsgateway.client.Nfs4Client;
import org.grapevinefs.nfsgateway.client.Ops;
import org.grapevinefs.nfsgateway.memory.MemoryZone;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Handles that no server gave: none leads anywhere. */
class HandleTest {

  private static final int STALE = 70;
  private static final int BADHANDLE = 10_001;

  private final GatewayFixture gateway = new GatewayFixture();

  @AfterEach
  void close() throws Exception {
    gateway.close();
  }

  private static byte[] handle(Nfs4Client client, String path) throws Exception {
    int[] steps = path.contains("/") ? new int[] {24, 15, 15} : new int[] {24, 15};
    return client.run(new Ops().path(path).getHandle()).skip(steps).handle();
  }

  private static int status(Nfs4Client client, byte[] handle) throws Exception {
    return client.status(new Ops().handle(handle).attributes(1));
  }

  private int statusOf3(byte[] handle) throws Exception {
    try (Nfs3Client old = new Nfs3Client(gateway.connection())) {
      return old.call(1, Nfs3Client.args(handle)).status();
    }
  }

  @Test
  void handle_withAnyBitAltered_isBad() throws Exception {
    Nfs4Client client = gateway.client("a");
    GatewayFixture.open(client, "o", "f");
    byte[] handle = handle(client, "zone/f");
    assertThat(status(client, handle)).isZero();
    for (int bit = 0; bit < handle.length * 8; bit++) {
      byte[] altered = handle.clone();
      altered[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThat(status(client, altered)).as("bit %d", bit).isEqualTo(BADHANDLE);
    }
    byte[] last = handle.clone();
    last[last.length - 1] ^= 1;
    assertThat(statusOf3(last)).isEqualTo(BADHANDLE);
    assertThat(statusOf3(handle)).isZero();
  }

  @Test
  void handle_ofRandomBytesOrAnotherLength_isBad() throws Exception {
    Nfs4Client client = gateway.client("a");
    byte[] handle = handle(client, "zone");
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 500; i++) {
      byte[] guessed = handle.clone();
      byte[] check = new byte[8];
      random.nextBytes(check);
      System.arraycopy(check, 0, guessed, guessed.length - 8, 8);
      assertThat(status(client, guessed)).isEqualTo(BADHANDLE);
    }
    for (int length = 0; length < 128; length++) {
      if (length != handle.length) {
        byte[] other = java.util.Arrays.copyOf(handle, length);
        assertThat(status(client, other)).as("length %d", length).isEqualTo(BADHANDLE);
      }
    }
  }

  @Test
  void handle_ofOneZoneWithTheNameOfAnother_isBad() throws Exception {
    InstantSource clock = InstantSource.fixed(Instant.EPOCH);
    MemoryZone other = new MemoryZone(clock, new SplittableRandom(1));
    Export one = gateway.exports().get(0);
    gateway.serve(List.of(one, Export.open("other", new UUID(7, 8), other)));
    Nfs4Client client = gateway.client("a");
    byte[] here = handle(client, "zone");
    byte[] there = handle(client, "other");
    assertThat(status(client, there)).isZero();
    byte[] mixed = here.clone();
    System.arraycopy(there, 4, mixed, 4, 16);
    assertThat(status(client, mixed)).isEqualTo(BADHANDLE);
    assertThat(statusOf3(mixed)).isEqualTo(BADHANDLE);
  }

  @Test
  void handle_ofAZoneThatTheClientMayNotSee_isStale() throws Exception {
    Nfs4Client client = gateway.client("a");
    byte[] handle = handle(client, "zone");
    Export open = gateway.exports().get(0);
    gateway.serve(
        List.of(
            new Export(
                open.name(),
                open.zone(),
                open.files(),
                List.of(AddressRange.parse("192.0.2.0/24")),
                List.of(),
                Squash.NONE,
                Export.NOBODY,
                Export.NOBODY)));
    assertThat(status(client, handle)).isEqualTo(STALE);
    assertThat(statusOf3(handle)).isEqualTo(STALE);
  }
}
