// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Random bytes, and real packets with random damage: neither believed nor answered, and nothing is
 * thrown.
 */
class PacketFuzz {
  private static final int ROUNDS = 20_000;

  private final SplittableRandom random = new SplittableRandom(4711);
  private final GossipCore core = core(1);

  private static GossipCore core(int number) {
    return new GossipCore(
        GossipSettings.DEFAULT,
        TestKeys.key(number),
        TestKeys.roster(1, 2),
        1,
        new SplittableRandom(number),
        () -> Instant.EPOCH);
  }

  @Test
  void onPacket_randomBytes_onlyCounts() {
    for (int i = 0; i < ROUNDS; i++) {
      byte[] bytes = new byte[random.nextInt(1_300)];
      random.nextBytes(bytes);
      assertThat(core.onPacket(bytes, SimulatedMesh.address(2), i)).isEmpty();
    }
    assertThat(core.stats().accepted()).isZero();
  }

  @Test
  void onPacket_damagedPackets_onlyCounts() {
    byte[] packet = core(2).packetForStream(1);
    int unharmed = 0;
    for (int i = 0; i < ROUNDS / 10; i++) {
      byte[] bytes = packet.clone();
      for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      }
      unharmed += core.onPacket(bytes, SimulatedMesh.address(2), i).isEmpty() ? 0 : 1;
    }
    // Only the mark that tells own words from relayed ones lies outside of the signature.
    assertThat(unharmed).isLessThanOrEqualTo(1);
  }
}
