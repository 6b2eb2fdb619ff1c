// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.volume;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class DirectoryVolumeTest extends VolumeContract {

  @TempDir Path folder;

  @Override
  Volume volume() throws IOException {
    return new DirectoryVolume(folder);
  }
}
