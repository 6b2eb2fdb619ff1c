// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.cluster;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A Linux machine of its own, for its NFS client: User-Mode Linux, a kernel as a process, on this
 * machine's root file system with a network link of its own. What runs in it sees this machine's
 * programs and folders, but its mounts are its own.
 */
final class LinuxClient implements AutoCloseable {

  private static final Duration BOOT = Duration.ofSeconds(60);
  private static final List<String> TOOLS =
      List.of("linux.uml", "mount.nfs", "ip", "busybox", "gcc", "setfattr");
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final Path folder;
  private final String tap;
  private final String host;
  private final Process kernel;
  private final List<TcpRelay> relays = new ArrayList<>();
  private int commands;

  /**
   * What a command gave.
   *
   * @param status its exit status; 124 if it took too long
   * @param output all that it printed
   */
  record Result(int status, String output) {

    /** The output of a command that must have worked. */
    String orFail() {
      if (status != 0) {
        throw new AssertionError("exit status " + status + " in the client:\n" + output);
      }
      return output;
    }
  }

  private LinuxClient(Path folder, String tap, String host, Process kernel) {
    this.folder = folder;
    this.tap = tap;
    this.host = host;
    this.kernel = kernel;
  }

  /** Ends the test as one that cannot run where a kernel cannot be started. */
  static void requireOrAbort() throws IOException {
    List<String> missing = TOOLS.stream().filter(tool -> !onPath(tool)).toList();
    if (!missing.isEmpty()) {
      abort("cannot run here: no " + String.join(", ", missing));
    }
    if (!"root".equals(System.getProperty("user.name"))) {
      abort("cannot run here: not root, needed for a network link to the client");
    }
    if (!Files.exists(Path.of("/dev/net/tun"))) {
      abort("cannot run here: no /dev/net/tun");
    }
  }

  private static boolean onPath(String tool) {
    return Stream.concat(
            Stream.of(Objects.requireNonNullElse(System.getenv("PATH"), "").split(":")),
            Stream.of("/usr/sbin", "/sbin"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
  }

  /** Boots one. */
  static LinuxClient boot() throws IOException {
    requireOrAbort();
    int number = COUNT.getAndIncrement();
    long slot = (ProcessHandle.current().pid() * 8 + number) % 8192;
    String net = "198.18." + (128 + slot / 64) + ".";
    String host = net + (slot % 64 * 4 + 1);
    String tap = "gv%x-%d".formatted(ProcessHandle.current().pid(), number);
    Path folder = Files.createTempDirectory("gv-client");
    Path init = resource("guest-init.sh", folder);
    if (!init.toFile().setExecutable(true)) {
      throw new IOException("cannot make " + init + " executable");
    }
    Path preload = folder.resolve("extended-state.so");
    Path source = resource("extended-state.c", folder);
    onHost("gcc", "-O1", "-shared", "-fPIC", "-o", preload.toString(), source.toString());
    onHost("ip", "tuntap", "add", tap, "mode", "tap");
    onHost("ip", "address", "add", host + "/30", "dev", tap);
    onHost("ip", "link", "set", tap, "up");
    ProcessBuilder command =
        new ProcessBuilder(
                "linux.uml",
                "mem=640M",
                "root=/dev/root",
                "rootfstype=hostfs",
                "rootflags=/",
                "rw",
                "init=" + init,
                "gv_folder=" + folder,
                "gv_address=" + net + (slot % 64 * 4 + 2) + "/30",
                "vec0:transport=tap,ifname=" + tap + ",depth=128,gro=1",
                "con=null",
                "con0=null,fd:1")
            .redirectErrorStream(true)
            .redirectInput(new java.io.File("/dev/null"))
            .redirectOutput(folder.resolve("console").toFile());
    command.environment().put("LD_PRELOAD", preload.toString());
    LinuxClient client = new LinuxClient(folder, tap, host, command.start());
    try {
      client.awaitFile("up", BOOT);
    } catch (AssertionError | ConditionTimeoutException e) {
      client.close();
      throw e;
    }
    return client;
  }

  private static Path resource(String name, Path folder) throws IOException {
    try (InputStream in = Objects.requireNonNull(LinuxClient.class.getResourceAsStream(name))) {
      Path file = folder.resolve(name);
      Files.copy(in, file);
      return file;
    }
  }

  private static void onHost(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (await(process) != 0) {
      abort("cannot run here: " + String.join(" ", command) + ": " + said.strip());
    }
  }

  private static int await(Process process) throws IOException {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("stopped while waiting for a process");
    }
  }

  /**
   * Mounts an export of a server on this machine's loopback at {@code /mnt/NAME}.
   *
   * @param options further mount options, comma-separated; may be empty
   */
  void mount(String name, int port, String export, String options) throws IOException {
    TcpRelay relay = new TcpRelay(InetAddress.getByName(host), port);
    relays.add(relay);
    String all =
        (options.contains("vers=") ? "" : "vers=4.2,") + "proto=tcp,nolock,port=" + relay.port();
    all += options.isEmpty() ? "" : "," + options;
    if (options.contains("vers=3")) {
      all += ",mountproto=tcp,mountport=" + relay.port();
    }
    run("mkdir -p /mnt/%s && mount.nfs %s:%s /mnt/%s -o %s"
            .formatted(name, host, export, name, all))
        .orFail();
  }

  /** Runs a bash script of at most a minute. */
  Result run(String script) throws IOException {
    return run(script, Duration.ofMinutes(1));
  }

  /** Runs a bash script. */
  Result run(String script, Duration most) throws IOException {
    return start(script, most).get();
  }

  /** Starts a bash script; {@code get} waits for its end. One at a time. */
  Running start(String script, Duration most) throws IOException {
    int number = ++commands;
    Files.writeString(folder.resolve(number + ".limit"), Long.toString(most.toSeconds()));
    Path part = folder.resolve(number + ".part");
    Files.writeString(part, "set -e\n" + script + "\n");
    Files.move(part, folder.resolve(number + ".run"), StandardCopyOption.ATOMIC_MOVE);
    return () -> {
      awaitFile(number + ".status", most.plusSeconds(30));
      int status = Integer.parseInt(Files.readString(folder.resolve(number + ".status")).strip());
      byte[] output = Files.readAllBytes(folder.resolve(number + ".out"));
      return new Result(status, new String(output, StandardCharsets.UTF_8));
    };
  }

  /** A script under way. */
  interface Running {
    /** Waits for its end. */
    Result get() throws IOException;
  }

  private void awaitFile(String name, Duration most) {
    Awaitility.await("the client's " + name + ", console in " + folder.resolve("console"))
        .atMost(most)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> Files.exists(folder.resolve(name)) || !kernel.isAlive());
    if (!Files.exists(folder.resolve(name))) {
      throw new AssertionError("the client's kernel stopped: " + console());
    }
  }

  private String console() {
    try {
      String all = Files.readString(folder.resolve("console"), StandardCharsets.ISO_8859_1);
      return all.substring(Math.max(0, all.length() - 2_000));
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Override
  public void close() throws IOException {
    Files.writeString(folder.resolve("halt"), "");
    try {
      kernel.onExit().get(20, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      kernel.descendants().forEach(ProcessHandle::destroyForcibly);
      await(kernel.destroyForcibly());
    }
    for (TcpRelay relay : relays) {
      relay.close();
    }
    onHost("ip", "tuntap", "del", tap, "mode", "tap");
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
