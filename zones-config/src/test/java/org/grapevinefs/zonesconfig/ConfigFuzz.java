// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files damaged at random: each is taken or refused with a place inside the file, never thrown at.
 */
class ConfigFuzz {
  private static final int ROUNDS = 500;
  private static final List<String> PIECES =
      List.of(
          "\"",
          "[",
          "]",
          "[[",
          "]]",
          "{",
          "}",
          "=",
          "\n",
          "#",
          ",",
          ".",
          "'",
          "\"\"\"",
          "\\u0000",
          "-1",
          "1e400",
          "true",
          "99999999999999999999",
          "0x10",
          "1979-05-27",
          "quota",
          "members",
          "[access]",
          "[placement]\n",
          "\u0000",
          "\u00e9",
          "*",
          "::",
          "/0");

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void damagedZone_anySeed_isTakenOrRefusedInPlace(long seed) {
    Random random = new Random(seed);
    NodeConfig self =
        NodeConfig.of(
            new NodeName("chimay-bleue"), List.of(VolumeConfig.of("nvme", Path.of("/fast"))));
    for (int i = 0; i < ROUNDS; i++) {
      String text = damaged(ConfigLoaderTest.EVERY_KEY, random);
      ConfigLoader.ParsedZone parsed =
          new ConfigLoader().parseZone(new ZoneName("z"), text, Path.of("z.toml"), self);
      assertThat(parsed.zone().isPresent()).as(text).isEqualTo(parsed.problems().isEmpty());
      long lines = text.lines().count() + 1;
      assertThat(parsed.problems())
          .as(text)
          .allMatch(p -> p.line() >= 1 && p.line() <= lines && p.column() >= 1);
      parsed.zone().ifPresent(ConfigFuzz::readsBack);
    }
  }

  private static void readsBack(ZoneConfig zone) {
    String written = ConfigTemplates.zone(zone);
    assertThat(new ConfigLoader().parseZone(zone.name(), written, Path.of("z"), null).zone())
        .as(written)
        .contains(zone);
  }

  private static String damaged(String text, Random random) {
    StringBuilder out = new StringBuilder(text);
    for (int i = random.nextInt(3); i >= 0; i--) {
      int at = out.isEmpty() ? 0 : random.nextInt(out.length());
      int end = Math.min(out.length(), at + random.nextInt(4));
      switch (random.nextInt(4)) {
        case 0 -> out.insert(at, PIECES.get(random.nextInt(PIECES.size())));
        case 1 -> out.delete(at, end);
        case 2 -> out.replace(at, end, PIECES.get(random.nextInt(PIECES.size())));
        default -> out.insert(at, (char) (32 + random.nextInt(95)));
      }
    }
    return out.toString();
  }

  @Test
  void damagedValues_anySeed_areTakenOrRefused() {
    Random random = new Random(7);
    List<String> good = List.of("5GB", "15m", "[::1]:2049", "192.0.2.0/24", "2x", "200MB/s");
    for (int i = 0; i < 40 * ROUNDS; i++) {
      String text = damaged(good.get(random.nextInt(good.size())), random);
      takenOrRefused(() -> ByteSize.parse(text));
      takenOrRefused(() -> Durations.parse(text));
      takenOrRefused(() -> HostPort.parse(text));
      takenOrRefused(() -> Cidr.parse(text));
      takenOrRefused(() -> SnapshotBudget.parse(text));
      takenOrRefused(() -> NodeKey.parse(text));
      takenOrRefused(() -> new ZoneName(text));
    }
  }

  private static void takenOrRefused(Runnable parse) {
    try {
      parse.run();
    } catch (InvalidValueException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }
}
