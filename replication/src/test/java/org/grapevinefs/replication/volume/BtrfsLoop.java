// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.volume;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A Btrfs of 512 MiB in a file, mounted for one test; needs root. */
public final class BtrfsLoop implements Closeable {

  private final Path mount;
  private final String device;

  private BtrfsLoop(Path mount, String device) {
    this.mount = mount;
    this.device = device;
  }

  /** Makes and mounts one, or ends the test as one that cannot run here. */
  public static BtrfsLoop mount(Path folder) throws IOException {
    for (String tool : List.of("mkfs.btrfs", "losetup", "btrfs", "mount")) {
      if (!has(tool)) {
        abort("cannot run here: no " + tool);
      }
    }
    if (!Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
      abort("cannot run here: not root");
    }
    Path image = folder.resolve("btrfs.img");
    Path mount = Files.createDirectories(folder.resolve("mnt"));
    run("truncate", "-s", "512M", image.toString());
    run("mkfs.btrfs", "-q", image.toString());
    String device;
    try {
      device = run("losetup", "--find", "--show", image.toString()).strip();
    } catch (IOException e) {
      abort("cannot run here: no loop device (" + e.getMessage() + ")");
      throw e;
    }
    try {
      run("mount", "-t", "btrfs", device, mount.toString());
    } catch (IOException e) {
      run("losetup", "-d", device);
      abort("cannot run here: no Btrfs in the kernel (" + e.getMessage() + ")");
    }
    return new BtrfsLoop(mount, device);
  }

  /** Where it is mounted. */
  public Path path() {
    return mount;
  }

  @Override
  public void close() throws IOException {
    try {
      run("umount", mount.toString());
    } finally {
      run("losetup", "-d", device);
    }
  }

  private static boolean has(String tool) {
    return List.of("/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin").stream()
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
  }

  private static String run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException(String.join(" ", command) + ": " + said.strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return said;
  }
}
