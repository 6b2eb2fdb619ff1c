// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigChangeTest {
  @TempDir Path temp;
  private Folder folder = new Folder(Path.of("/"));
  private Loaded before = Loaded.NOTHING;

  @BeforeEach
  void oneZone() {
    folder = new Folder(temp).node(Folder.NODE).zone("tier-1", Folder.ZONE);
    before = folder.load();
  }

  private List<String> changes() {
    Loaded after = folder.load();
    assertThat(after.problems()).isEmpty();
    return ConfigChange.between(before, after).stream().map(Object::toString).toList();
  }

  @Test
  void between_equal_isNothing() {
    folder.zone("tier-1", "# a comment only\n" + Folder.ZONE);
    assertThat(changes()).isEmpty();
  }

  @Test
  void between_zonesComeAndGo_isSaid() {
    folder.zone("tier-2", Folder.ZONE).remove("zones.d/tier-1.toml");
    assertThat(changes())
        .containsExactly(
            "zone tier-1: removed", "zone tier-2: added, 1GB on chimay-bleue, hertog-jan");
  }

  @Test
  void between_quotaAndMembers_areSaid() {
    folder.zone("tier-1", "quota = \"2GB\"\nmembers = [\"chimay-bleue\", \"orval\"]\n");
    assertThat(changes())
        .containsExactly(
            "zone tier-1: quota raised from 1GB to 2GB",
            "zone tier-1: member orval added",
            "zone tier-1: member hertog-jan removed");
    folder.zone("tier-1", Folder.ZONE.replace("1GB", "512MB"));
    assertThat(changes()).containsExactly("zone tier-1: quota lowered from 1GB to 512MB");
  }

  @Test
  void between_everyOtherKey_isSaid() {
    folder.zone(
        "tier-1",
        Folder.ZONE
            + """
            description = "d"
            type = "memory"
            labels = { a = "b" }
            ignore = ["*.tmp"]
            merge = ["*.l"]
            merge-key = "k"
            merge-text = ["*.t"]
            list-snapshots = true
            [limits]
            read = "1MB/s"
            write = "2MB/s"
            read-iops = 3
            write-iops = 4
            [access]
            clients = ["192.0.2.0/24"]
            read-only = ["192.0.2.1"]
            squash = "none"
            nodes = []
            """);
    assertThat(changes())
        .containsExactly(
            "zone tier-1: description changed from \"\" to d",
            "zone tier-1: type changed from filesystem to memory",
            "zone tier-1: labels changed from {} to {a=b}",
            "zone tier-1: ignore changed from [] to [*.tmp]",
            "zone tier-1: merge changed from [] to [*.l]",
            "zone tier-1: merge-key changed from id to k",
            "zone tier-1: merge-text changed from [] to [*.t]",
            "zone tier-1: list-snapshots changed from false to true",
            "zone tier-1: [limits] read changed from none to 1MB/s",
            "zone tier-1: [limits] write changed from none to 2MB/s",
            "zone tier-1: [limits] read-iops changed from none to 3",
            "zone tier-1: [limits] write-iops changed from none to 4",
            "zone tier-1: [access] clients changed from [127.0.0.1, 0:0:0:0:0:0:0:1] to"
                + " [192.0.2.0/24]",
            "zone tier-1: [access] read-only changed from [] to [192.0.2.1]",
            "zone tier-1: [access] squash changed from root to none",
            "zone tier-1: [access] nodes changed from any to members only");
  }

  @Test
  void between_diskKeys_areSaid() {
    folder.zone(
        "tier-1",
        Folder.ZONE
            + """
            durability = "strict"
            [placement]
            chimay-bleue = "nvme"
            [snapshots]
            on = ["chimay-bleue"]
            keep = { daily = 3 }
            """);
    assertThat(changes())
        .containsExactly(
            "zone tier-1: durability changed from relaxed to strict",
            "zone tier-1: [placement] changed from {} to {chimay-bleue=nvme}",
            "zone tier-1: [snapshots] changed from none to every 15m on chimay-bleue, keep"
                + " {daily=3}, budget 2x");
  }

  @Test
  void between_nodeKeys_sayWhenTheyHold() {
    folder.node(Folder.NODE.replace("/fast", "/faster") + "[nfs]\nlisten = \"0.0.0.0:2049\"\n");
    assertThat(changes())
        .containsExactly(
            "node: [nfs] listen changed from 127.0.0.1:2049 to 0.0.0.0:2049 (at the next start)",
            "node: [[volume]] changed from [hdd at /tank/gv-zones, auto, simple quotas, nvme at"
                + " /fast, auto, simple quotas] to [hdd at /tank/gv-zones, auto, simple quotas,"
                + " nvme at /faster, auto, simple quotas] (at the next start)");
  }

  @Test
  void between_meshNodes_areSaid() {
    String id = "id = \"" + "0".repeat(32) + "\"\n";
    String node = "[[node]]\nname = \"%s\"\nkey = \"%s\"\naddresses = [%s]\n";
    before =
        folder
            .mesh(
                id
                    + node.formatted("a", "01".repeat(32), "")
                    + node.formatted("b", "02".repeat(32), "")
                    + node.formatted("c", "03".repeat(32), ""))
            .load();
    folder.mesh(
        id
            + node.formatted("a", "11".repeat(32), "")
            + node.formatted("b", "02".repeat(32), "\"b:1\"")
            + node.formatted("d", "03".repeat(32), ""));
    assertThat(changes())
        .containsExactly(
            "mesh: node a has another key",
            "mesh: node b has other addresses",
            "mesh: node d added",
            "mesh: node c removed");
  }
}
