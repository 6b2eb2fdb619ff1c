// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.benchmark;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The reference: an rsync daemon on loopback whose one module is a folder on the same disk. */
final class RsyncDaemon implements AutoCloseable {

  private static final int PORT = 12_873;
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final Path folder;
  private final Process process;

  RsyncDaemon(Path work) throws IOException {
    folder = Files.createDirectories(work.resolve("rsync-module"));
    Path config = work.resolve("rsyncd.conf");
    Files.writeString(
        config,
        """
        use chroot = no
        uid = root
        gid = root
        [module]
        path = %s
        read only = no
        """
            .formatted(folder.toAbsolutePath()));
    process =
        new ProcessBuilder(
                "rsync",
                "--daemon",
                "--no-detach",
                "--address=127.0.0.1",
                "--port=" + PORT,
                "--config=" + config)
            .redirectErrorStream(true)
            .redirectOutput(work.resolve("rsyncd.log").toFile())
            .start();
    awaitPort();
  }

  private void awaitPort() throws IOException {
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (true) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), PORT));
        return;
      } catch (IOException e) {
        if (System.nanoTime() > deadline || !process.isAlive()) {
          throw new IOException("the rsync daemon does not answer", e);
        }
        LockSupport.parkNanos(5_000_000);
      }
    }
  }

  /** Brings a file or folder to the module; returns the nanoseconds that it took. */
  long copy(Path source) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("rsync", "-a", "--whole-file"));
    command.add(source.toString());
    command.add("rsync://127.0.0.1:" + PORT + "/module/");
    long start = System.nanoTime();
    Process run = new ProcessBuilder(command).inheritIO().start();
    if (!run.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || run.exitValue() != 0) {
      run.destroyForcibly();
      throw new IOException("rsync failed: " + command);
    }
    return System.nanoTime() - start;
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
  }
}
