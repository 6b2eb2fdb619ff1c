// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.volume;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import org.grapevinefs.replication.core.EntryName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BtrfsVolumeIT extends VolumeContract {

  @TempDir Path folder;
  private @Nullable BtrfsLoop loop;

  @Override
  Volume volume() throws IOException {
    BtrfsLoop mounted = BtrfsLoop.mount(folder);
    loop = mounted;
    return new BtrfsVolume(mounted.path());
  }

  @Override
  void release() throws IOException {
    if (loop != null) {
      loop.close();
    }
  }

  @Test
  void write_farOverTheQuota_isStoppedByTheKernel() throws IOException {
    Volume volume = new BtrfsVolume(Objects.requireNonNull(loop).path());
    try (ZoneTree tree = volume.open("small", 8L << 20);
        OpenFile file = tree.root().createFile(EntryName.of("big"))) {
      byte[] noise = new byte[1 << 20];
      new java.util.Random(1).nextBytes(noise);
      PosixException stopped = null;
      for (int i = 0; i < 64 && stopped == null; i++) {
        try {
          file.write(ByteBuffer.wrap(noise), (long) i << 20);
          file.sync();
        } catch (PosixException e) {
          stopped = e;
        }
      }
      assertThat(stopped).isNotNull();
      assertThat(stopped.isFull()).isTrue();
    }
  }
}
