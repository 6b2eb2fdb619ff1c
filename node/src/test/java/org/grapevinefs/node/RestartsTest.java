// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.CreateMode;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.Stability;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.fs.ZoneFileSystem;
import org.grapevinefs.zonesconfig.ZoneName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Zones whose disk failed, and takes writes again while the node runs. */
final class RestartsTest {
  private static final ZoneName DOCS = new ZoneName("docs");

  private final Restarts restarts = new Restarts();
  @TempDir Path temp;

  private long turnsUntilDue() {
    return IntStream.rangeClosed(1, 100)
        .filter(turn -> restarts.isDue(DOCS, true, temp))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void isDue_ofAZoneThatFailsAgainAndAgain_isLaterEachTime() {
    assertThat(turnsUntilDue()).isEqualTo(1);
    assertThat(turnsUntilDue()).isEqualTo(2);
    assertThat(turnsUntilDue()).isEqualTo(4);
    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void isDue_onlyWhenTheDiskTakesWrites_andOnlyOfAFailedZone() throws Exception {
    Path later = temp.resolve("later");
    assertThat(restarts.isDue(DOCS, true, later)).isFalse();
    Files.createDirectory(later);
    assertThat(restarts.isDue(DOCS, false, later)).isFalse();
    assertThat(restarts.isDue(DOCS, true, later)).isTrue();
  }

  @Test
  void reopen_ofAZoneInService_servesTheSameFilesAnewAndSaysSo() throws Exception {
    NodeFolder folder = new NodeFolder(temp, "alpha");
    folder.zone("docs", "quota = \"1GB\"\nmembers = [\"alpha\"]\n");
    try (Node node = folder.start()) {
      ServedZone before = node.zones().find("docs").orElseThrow();
      create(((ServedZone.Held) before).files(), "before");
      node.zones().reopen(zone -> zone.equals(before));
      ServedZone.Held after = (ServedZone.Held) node.zones().find("docs").orElseThrow();
      assertThat(after).isNotSameAs(before);
      create(after.files(), "after");
      assertThat(folder.volume.resolve("docs/before")).hasContent("text");
      assertThat(folder.volume.resolve("docs/after")).hasContent("text");
      assertThat(node.administered().events(10))
          .anyMatch(event -> event.getText().contains("opened anew"));
    }
  }

  private static void create(ZoneFileSystem zone, String name) throws ZoneException {
    FileId file =
        zone.create(
                Caller.SYSTEM,
                FileId.ROOT,
                EntryName.of(name),
                new CreateMode.Guarded(),
                SetAttributes.mode(0644))
            .attributes()
            .id();
    ByteBuffer text = ByteBuffer.wrap(new byte[] {'t', 'e', 'x', 't'});
    zone.write(Caller.SYSTEM, file, 0, text, Stability.FILE_SYNC);
  }
}
