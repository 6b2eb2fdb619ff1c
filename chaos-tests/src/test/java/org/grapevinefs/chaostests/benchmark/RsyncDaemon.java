// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.benchmark;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The reference: an rsync daemon on loopback whose one module is a folder on the same disk. */
final class RsyncDaemon implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final Pattern MOVED = Pattern.compile("Total bytes (?:sent|received): ([\\d,]+)");

  private final Path folder;
  private final Path log;
  private final int port;
  private final Process process;

  /**
   * What a run took.
   *
   * @param nanos from its start to its end
   * @param bytes sent and received
   */
  record Run(long nanos, long bytes) {
    double seconds() {
      return nanos / 1e9;
    }
  }

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
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    log = work.resolve("rsync.log");
    process =
        new ProcessBuilder(
                "rsync",
                "--daemon",
                "--no-detach",
                "--address=127.0.0.1",
                "--port=" + port,
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
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return;
      } catch (IOException e) {
        if (System.nanoTime() > deadline || !process.isAlive()) {
          throw new IOException("the rsync daemon does not answer", e);
        }
        LockSupport.parkNanos(5_000_000);
      }
    }
  }

  /** Brings a file or folder to the module, files that are new there. */
  Run copy(Path source) throws IOException, InterruptedException {
    return run(source, "--whole-file");
  }

  /** Makes the module's folder what the source is now, sending of a changed file what changed. */
  Run update(Path source) throws IOException, InterruptedException {
    return run(source, "--no-whole-file", "--delete");
  }

  private Run run(Path source, String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("rsync", "-a", "--stats"));
    command.addAll(List.of(options));
    command.add(source.toString());
    command.add("rsync://127.0.0.1:" + port + "/module/");
    long start = System.nanoTime();
    Process run =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    if (!run.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || run.exitValue() != 0) {
      run.destroyForcibly();
      throw new IOException("rsync failed: " + command);
    }
    long nanos = System.nanoTime() - start;
    bringToDisk();
    long bytes = 0;
    Matcher moved = MOVED.matcher(Files.readString(log, StandardCharsets.UTF_8));
    while (moved.find()) {
      bytes += Long.parseLong(moved.group(1).replace(",", ""));
    }
    return new Run(nanos, bytes);
  }

  /** What rsync leaves to be written later must not be what our next sync waits for. */
  private void bringToDisk() throws IOException, InterruptedException {
    Process sync = new ProcessBuilder("sync", "--file-system", folder.toString()).start();
    if (!sync.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || sync.exitValue() != 0) {
      sync.destroyForcibly();
      throw new IOException("sync failed");
    }
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
  }
}
