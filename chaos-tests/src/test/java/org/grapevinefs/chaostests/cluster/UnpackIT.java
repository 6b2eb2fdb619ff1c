// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A source tree unpacked through one node's mount is, byte for byte, on all members. */
class UnpackIT {

  private static final int FOLDERS = 60;
  private static final int FILES_IN_EACH = 36;

  @TempDir Path folder;

  @Test
  void sourceTree_unpackedThroughOneNode_isOnAllByteForByte() throws Exception {
    LinuxClient.requireOrAbort();
    Path source = sourceTree();
    try (Mesh mesh = Mesh.make(folder.resolve("mesh"), 3).zone("shared", 1, 2, 3).start(1, 2, 3);
        LinuxClient client = LinuxClient.boot()) {
      client.mount("one", mesh.node(1).nfsPort(), "/shared", "");
      client
          .run("tar -C %s -cf - . | tar -C /mnt/one -xf -".formatted(source), Duration.ofMinutes(5))
          .orFail();
      Listing there = mesh.awaitSame("shared", 1, 2, 3);
      assertThat(there.entries()).isEqualTo(Listing.of(source).entries());
      client.mount("two", mesh.node(2).nfsPort(), "/shared", "");
      client
          .run("diff -r --no-dereference %s /mnt/two".formatted(source), Duration.ofMinutes(3))
          .orFail();
    }
  }

  private Path sourceTree() throws IOException {
    Random random = new Random(7);
    Path top = folder.resolve("source");
    for (int d = 0; d < FOLDERS; d++) {
      Path module = Files.createDirectories(top.resolve("module" + d / 8).resolve("part" + d));
      for (int f = 0; f < FILES_IN_EACH; f++) {
        // From nothing to beyond what rides along in a pull.
        byte[] bytes = new byte[f == 0 ? 0 : f == 1 ? 200_000 : random.nextInt(12_000)];
        random.nextBytes(bytes);
        Path file = Files.write(module.resolve("Source" + f + ".java"), bytes);
        String mode = f % 7 == 0 ? "rwxr-xr-x" : "rw-r--r--";
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
      }
      Files.createSymbolicLink(module.resolve("latest"), Path.of("Source1.java"));
    }
    return top;
  }
}
