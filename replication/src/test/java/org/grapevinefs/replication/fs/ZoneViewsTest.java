// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.fs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.volume.DirectoryVolume;
import org.grapevinefs.replication.zone.LocalZone;
import org.grapevinefs.replication.zone.ZoneHome;
import org.grapevinefs.replication.zone.ZoneSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ZoneViewsTest {

  private static final EntryName NAME = EntryName.of("f");

  @TempDir Path folder;
  private LocalZone zone;
  private ZoneFileSystem mine;
  private ZoneFileSystem yours;
  private final List<FileId> heard = new CopyOnWriteArrayList<>();
  private FileId file;

  @BeforeEach
  void open() throws Exception {
    ZoneHome home =
        new ZoneHome(
            "z",
            "n",
            new DirectoryVolume(folder),
            folder.resolve("tokens"),
            InstantSource.system(),
            System::nanoTime,
            new SplittableRandom(1));
    zone = home.open(ZoneSettings.DEFAULT);
    ZoneViews views = new ZoneViews(zone);
    mine = views.view();
    yours = views.view();
    Created created =
        mine.create(Caller.SYSTEM, FileId.ROOT, NAME, new CreateMode.Guarded(), SetAttributes.NONE);
    file = created.attributes().id();
    mine.listen(heard::add);
  }

  @AfterEach
  void close() throws Exception {
    zone.close();
  }

  @Test
  void listener_hearsWhatComesThroughAnotherView() throws Exception {
    yours.write(Caller.SYSTEM, file, 0, ByteBuffer.allocate(1), Stability.UNSTABLE);
    assertThat(heard).containsExactly(file);
    yours.remove(Caller.SYSTEM, FileId.ROOT, NAME);
    assertThat(heard).contains(file, FileId.ROOT);
  }

  @Test
  void listener_hearsNothingOfItsOwnView() throws Exception {
    mine.write(Caller.SYSTEM, file, 0, ByteBuffer.allocate(1), Stability.UNSTABLE);
    mine.setattr(Caller.SYSTEM, file, SetAttributes.size(0L));
    assertThat(heard).isEmpty();
  }

  @Test
  void listener_thatWentAway_hearsNothing() throws Exception {
    List<FileId> other = new CopyOnWriteArrayList<>();
    mine.listen(other::add).close();
    yours.setattr(Caller.SYSTEM, file, SetAttributes.size(0L));
    assertThat(other).isEmpty();
    assertThat(heard).containsExactly(file);
  }
}
