// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.benchmark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A Btrfs file system in a file, mounted while this is open. Needs root. */
final class BtrfsFolder implements AutoCloseable {

  private static final String SIZE = "24G";

  private final Path image;
  private final Path mount;
  private final String device;

  BtrfsFolder(Path work) throws IOException {
    image = work.resolve("btrfs.img");
    mount = Files.createDirectories(work.resolve("btrfs"));
    run("truncate", "-s", SIZE, image.toString());
    run("mkfs.btrfs", "-q", image.toString());
    device = run("losetup", "--find", "--show", image.toString()).strip();
    run("mount", "-t", "btrfs", device, mount.toString());
  }

  Path path() {
    return mount;
  }

  @Override
  public void close() throws IOException {
    try {
      run("umount", mount.toString());
    } finally {
      run("losetup", "-d", device);
      Files.delete(image);
    }
  }

  private static String run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.onExit().join().exitValue() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said.strip());
    }
    return said;
  }
}
