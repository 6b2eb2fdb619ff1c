// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.nio.file.Path;
import org.grapevinefs.replication.volume.DirectoryVolume;
import org.grapevinefs.replication.volume.Volume;
import org.junit.jupiter.api.io.TempDir;

final class ConvergenceTest extends ConvergenceContract {

  @TempDir Path folder;

  @Override
  Volume volume(String name) throws IOException {
    return new DirectoryVolume(folder.resolve(name));
  }
}
