// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.grapevinefs.zonesconfig.ConfigWarning.Kind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WarningsTest {
  private static final NodeName SELF = new NodeName("chimay-bleue");
  private static final NodeName OTHER = new NodeName("hertog-jan");

  @TempDir Path temp;
  private Folder folder = new Folder(Path.of("/"));

  @BeforeEach
  void oneZone() {
    folder = new Folder(temp).node(Folder.NODE).zone("z", Folder.ZONE);
  }

  private List<String> warnings(Facts facts) {
    return Warnings.of(folder.load(), facts).stream().map(Object::toString).toList();
  }

  private static Facts volumes(NodeName node, Facts.Volume... volumes) {
    return new Facts(Map.of(node, List.of(volumes)), Set.of(), Map.of());
  }

  private static Facts.Volume volume(String name, String capacity) {
    return new Facts.Volume(name, ByteSize.parse(capacity), true);
  }

  @Test
  void nothingKnown_noWarning() {
    assertThat(warnings(Facts.NONE)).isEmpty();
  }

  @Test
  void oneMember_isWarnedOf() {
    folder.zone("z", "quota = \"1GB\"\nmembers = [\"chimay-bleue\"]\n");
    assertThat(Warnings.of(folder.load(), Facts.NONE))
        .containsExactly(
            new ConfigWarning(
                Kind.ONE_MEMBER,
                java.util.Optional.of(new ZoneName("z")),
                "only one member, chimay-bleue: no second copy of its files"));
  }

  @Test
  void unknownMember_isWarnedOfWithTheNearestName() {
    Facts facts = new Facts(Map.of(), Set.of(new NodeName("hertog-jann")), Map.of());
    assertThat(warnings(facts))
        .containsExactly(
            "zone z: nobody has heard of the member \"hertog-jan\"; did you mean \"hertog-jann\"?");
    assertThat(warnings(new Facts(Map.of(), Set.of(OTHER), Map.of()))).isEmpty();
  }

  @Test
  void unknownMember_inMeshFile_isKnown() {
    folder.mesh(
        "id = \""
            + "0".repeat(32)
            + "\"\n[[node]]\nname = \"hertog-jan\"\nkey = \""
            + "01".repeat(32)
            + "\"\n");
    assertThat(warnings(Facts.NONE)).isEmpty();
  }

  @Test
  void smallVolume_ofAnyMember_isWarnedOf() {
    assertThat(warnings(volumes(OTHER, volume("ssd", "500MB"))))
        .containsExactly(
            "zone z: the volume \"ssd\" of hertog-jan has 500 MB, less than the quota of 1GB;"
                + " a zone is only as big as its smallest member");
    assertThat(warnings(volumes(OTHER, volume("ssd", "1GB")))).isEmpty();
  }

  @Test
  void smallVolume_placedElsewhere_isNotWarnedOf() {
    folder.zone("z", Folder.ZONE + "[placement]\nchimay-bleue = \"nvme\"\n");
    assertThat(warnings(volumes(SELF, volume("hdd", "1MB"), volume("nvme", "2GB")))).isEmpty();
  }

  @Test
  void smallVolume_memoryZone_isNotWarnedOf() {
    folder.zone("z", Folder.ZONE + "type = \"memory\"\n");
    assertThat(warnings(volumes(SELF, volume("hdd", "1MB")))).isEmpty();
  }

  @Test
  void quotasPastAVolume_areWarnedOf() {
    folder.zone("y", Folder.ZONE);
    assertThat(warnings(volumes(SELF, volume("hdd", "1536MB"))))
        .containsExactly(
            "the quotas of 2 zones on the volume \"hdd\" of chimay-bleue sum to 2 GB, past its"
                + " 1.5 GB");
  }

  @Test
  void clocksApart_areWarnedOf() {
    Facts facts =
        new Facts(
            Map.of(),
            Set.of(),
            Map.of(
                OTHER,
                Duration.ofSeconds(-7),
                new NodeName("a"),
                Duration.ofSeconds(3),
                new NodeName("b"),
                Duration.ofMillis(1_900)));
    assertThat(warnings(facts))
        .containsExactly(
            "the clock of a is 3 s ahead: of two edits made apart the wrong one may get the name",
            "the clock of hertog-jan is 7 s behind: of two edits made apart the wrong one may get"
                + " the name");
  }

  @Test
  void plainVolume_isWarnedOfWithItsPrice() {
    assertThat(warnings(volumes(SELF, new Facts.Volume("hdd", ByteSize.parse("1TB"), false))))
        .containsExactly(
            "the volume \"hdd\" is not Btrfs: quotas are counted by the node, copies take their"
                + " full size, and there are no snapshots");
  }

  @Test
  void rounded_figures_areShort() {
    assertThat(Warnings.rounded(new ByteSize(999))).isEqualTo("999 B");
    assertThat(Warnings.rounded(new ByteSize(1_023))).isEqualTo("1 KB");
    assertThat(Warnings.rounded(ByteSize.parse("7900GB"))).isEqualTo("7.7 TB");
  }
}
