// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.grapevinefs.zonesconfig.ConfigWatcher.Update;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigWatcherTest {
  private static final Duration NEVER = Duration.ofHours(1);

  @TempDir Path temp;
  private final List<Update> updates = new CopyOnWriteArrayList<>();
  private Folder folder = new Folder(Path.of("/"));
  private Loaded before = Loaded.NOTHING;

  @BeforeEach
  void oneZone() {
    folder = new Folder(temp).node(Folder.NODE).zone("z", Folder.ZONE);
    before = folder.load();
  }

  private ConfigWatcher notified() {
    return ConfigWatcher.start(temp, before, NEVER, true, updates::add);
  }

  private List<String> changes() {
    return updates.stream().flatMap(u -> u.changes().stream()).map(Object::toString).toList();
  }

  private void awaitChange(String change) {
    await().atMost(Duration.ofSeconds(20)).until(() -> changes().contains(change));
  }

  @Test
  void edit_quota_isReported() {
    try (ConfigWatcher watcher = notified()) {
      awaitReady(watcher);
      folder.zone("z", Folder.ZONE.replace("1GB", "3GB"));
      awaitChange("zone z: quota raised from 1GB to 3GB");
      assertThat(watcher.current().zones()).isEqualTo(folder.load().zones());
    }
  }

  /** An edit that is seen proves that the folder is being watched. */
  private void awaitReady(ConfigWatcher watcher) {
    folder.zone("ready", Folder.ZONE);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> watcher.current().zone(new ZoneName("ready")).isPresent());
    updates.clear();
  }

  @Test
  void edit_replacedByRename_isReported() throws Exception {
    try (ConfigWatcher watcher = notified()) {
      awaitReady(watcher);
      Path fresh = temp.resolve("zones.d/.z.toml.new");
      Files.writeString(fresh, Folder.ZONE.replace("1GB", "3GB"));
      Files.move(fresh, temp.resolve("zones.d/z.toml"), StandardCopyOption.REPLACE_EXISTING);
      awaitChange("zone z: quota raised from 1GB to 3GB");
    }
  }

  @Test
  void edit_withAMistake_keepsTheLastGoodAndReportsTheProblem() {
    try (ConfigWatcher watcher = notified()) {
      awaitReady(watcher);
      folder.zone("z", "quota = \"3 gigs\"\n");
      await().atMost(Duration.ofSeconds(20)).until(() -> !watcher.current().problems().isEmpty());
      assertThat(watcher.current().zone(new ZoneName("z")))
          .isEqualTo(before.zone(new ZoneName("z")));
      assertThat(changes()).isEmpty();
      folder.zone("z", Folder.ZONE.replace("1GB", "4GB"));
      awaitChange("zone z: quota raised from 1GB to 4GB");
      assertThat(watcher.current().problems()).isEmpty();
    }
  }

  @Test
  void zonesFolder_madeLater_isWatched() {
    folder.remove("zones.d/z.toml");
    folder.remove("zones.d");
    before = folder.load();
    try (ConfigWatcher watcher = notified()) {
      awaitReady(watcher);
      folder.zone("y", Folder.ZONE);
      awaitChange("zone y: added, 1GB on chimay-bleue, hertog-jan");
    }
  }

  @Test
  void edit_sameSizeAndTimeSetBack_isFoundByPolling() throws Exception {
    Path file = temp.resolve("zones.d/z.toml");
    FileTime time = Files.getLastModifiedTime(file);
    try (ConfigWatcher watcher =
        ConfigWatcher.start(temp, before, Duration.ofMillis(20), false, updates::add)) {
      assertThat(watcher.current()).isEqualTo(before);
      folder.zone("z", Folder.ZONE.replace("1GB", "3GB"));
      Files.setLastModifiedTime(file, time);
      awaitChange("zone z: quota raised from 1GB to 3GB");
    }
  }

  @Test
  void readNow_withoutNotifications_readsAtOnce() {
    try (ConfigWatcher watcher = ConfigWatcher.start(temp, before, NEVER, false, updates::add)) {
      folder.zone("z", Folder.ZONE.replace("1GB", "3GB"));
      watcher.readNow();
      awaitChange("zone z: quota raised from 1GB to 3GB");
    }
  }

  @Test
  void callback_thatFails_doesNotEndTheWatch() {
    try (ConfigWatcher watcher =
        ConfigWatcher.start(
            temp,
            before,
            NEVER,
            true,
            update -> {
              updates.add(update);
              throw new IllegalStateException("on purpose");
            })) {
      awaitReady(watcher);
      folder.zone("z", Folder.ZONE.replace("1GB", "3GB"));
      awaitChange("zone z: quota raised from 1GB to 3GB");
    }
  }

  @Test
  void close_endsTheCallbacks() {
    notified().close();
    int count = updates.size();
    folder.zone("z", Folder.ZONE.replace("1GB", "3GB"));
    await()
        .during(Duration.ofMillis(300))
        .atMost(Duration.ofSeconds(5))
        .until(() -> updates.size() == count);
  }
}
