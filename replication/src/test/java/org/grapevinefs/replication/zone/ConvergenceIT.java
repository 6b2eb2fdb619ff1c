// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.grapevinefs.replication.volume.BtrfsLoop;
import org.grapevinefs.replication.volume.BtrfsVolume;
import org.grapevinefs.replication.volume.Volume;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;

final class ConvergenceIT extends ConvergenceContract {

  @TempDir Path folder;
  private @Nullable BtrfsLoop loop;

  @Override
  Volume volume(String name) throws IOException {
    BtrfsLoop mounted = loop;
    if (mounted == null) {
      mounted = BtrfsLoop.mount(folder);
      loop = mounted;
    }
    return new BtrfsVolume(Files.createDirectories(mounted.path().resolve(name)));
  }

  @Override
  void release() throws IOException {
    if (loop != null) {
      loop.close();
    }
  }
}
