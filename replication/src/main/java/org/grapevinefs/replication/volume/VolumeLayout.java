// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.volume;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/** The folders of a volume that both kinds have in common. */
final class VolumeLayout {

  /** Where a volume's snapshots are. */
  static final String SNAPSHOTS = ".snapshots";

  private VolumeLayout() {}

  /**
   * The folder for a zone's index, made if it is not there; only this process's user may enter it.
   */
  static Path index(Path volume, String zone) throws IOException {
    return hidden(volume.resolve(".grapevine"), zone);
  }

  /** The folder for a zone's snapshots, in the same way. */
  static Path snapshots(Path volume, String zone) throws IOException {
    return hidden(volume.resolve(SNAPSHOTS), zone);
  }

  private static Path hidden(Path all, String zone) throws IOException {
    boolean fresh = !Files.exists(all, LinkOption.NOFOLLOW_LINKS);
    Path folder = Files.createDirectories(Volume.folder(all, zone));
    if (fresh && Files.getFileStore(all).supportsFileAttributeView("posix")) {
      Files.setPosixFilePermissions(all, PosixFilePermissions.fromString("rwx------"));
    }
    return folder;
  }

  static Volume.Space space(Path volume) throws IOException {
    try (Directory directory = ZoneTree.open(volume)) {
      long[] numbers = Posix.fstatvfs(directory.fd);
      return new Volume.Space(numbers[0] * numbers[1], numbers[0] * numbers[3]);
    }
  }

  /** Removes a folder and all in it; links are removed, never followed. */
  static void removeTree(Path folder) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(
              Path directory, @org.jspecify.annotations.Nullable IOException problem)
              throws IOException {
            if (problem != null) {
              throw problem;
            }
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
