// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.grapevinefs.nfsgateway.client.Nfs4Client;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.jspecify.annotations.Nullable;

/** A node as a process of its own, so that it can be killed and started again. */
public final class MeshNode {

  private static final Duration START = Duration.ofSeconds(90);
  private static final Duration STOP = Duration.ofMinutes(2);

  private final Path folder;
  private final int nfsPort;
  private final int adminPort;
  private final int peerPort;
  private final List<String> program;
  private @Nullable Process process;

  MeshNode(Path folder, int nfsPort, int adminPort, int peerPort, List<String> program) {
    this.folder = folder;
    this.nfsPort = nfsPort;
    this.adminPort = adminPort;
    this.peerPort = peerPort;
    this.program = List.copyOf(program);
  }

  Path config() {
    return folder.resolve("config");
  }

  Path data() {
    return folder.resolve("data");
  }

  Path volume() {
    return folder.resolve("volume");
  }

  /** Where the administrator's commands reach it. */
  public int adminPort() {
    return adminPort;
  }

  /** Where its peers reach it. */
  public int peerPort() {
    return peerPort;
  }

  /** The number of the process that runs. */
  public long pid() {
    return running().pid();
  }

  /** Where its NFS clients reach it. */
  public int nfsPort() {
    return nfsPort;
  }

  /** Starts the process; {@link #awaitReady} waits until it serves. */
  public void start() throws IOException {
    List<String> line = new ArrayList<>(program);
    line.addAll(List.of("node", "--config", config().toString(), "--data", data().toString()));
    process =
        new ProcessBuilder(line)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
            .start();
  }

  /** The program from the test's own class path, with options that let it start quickly. */
  static List<String> forTests() {
    return List.of(
        ProcessHandle.current().info().command().orElse("java"),
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Xmx256m",
        "-cp",
        System.getProperty("java.class.path"),
        "org.grapevinefs.node.Main");
  }

  private Path log() {
    return folder.resolve("log");
  }

  private Process running() {
    Process known = process;
    if (known == null) {
      throw new IllegalStateException("this node was not started");
    }
    return known;
  }

  public void awaitReady() {
    Process started = running();
    Awaitility.await("the node in " + folder)
        .atMost(START)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> !started.isAlive() || (listens() && healthy()));
    if (!started.isAlive()) {
      throw new AssertionError("the node ended:\n" + lastWords());
    }
  }

  private boolean healthy() throws InterruptedException {
    URI health = URI.create("http://127.0.0.1:" + adminPort + "/health");
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest ask = HttpRequest.newBuilder(health).timeout(Duration.ofSeconds(2)).build();
      return client.send(ask, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private boolean listens() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), nfsPort)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** A small NFS client of this node, as root. */
  Nfs4Client nfs(String owner) throws IOException, BadXdrException {
    InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), nfsPort);
    return Nfs4Client.connect(server, 1, owner);
  }

  /** Runs one of the program's commands on this node; returns what it printed. */
  public String command(String... words) throws IOException {
    List<String> line = new ArrayList<>(program);
    line.addAll(List.of(words));
    line.addAll(List.of("--admin", "127.0.0.1:" + adminPort));
    Process run = new ProcessBuilder(line).redirectErrorStream(true).start();
    String said = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (run.onExit().join().exitValue() != 0) {
      throw new AssertionError(String.join(" ", words) + " failed:\n" + said);
    }
    return said;
  }

  /** The end of what the node logged. */
  String lastWords() {
    try {
      String all = Files.readString(log(), StandardCharsets.UTF_8);
      return all.substring(Math.max(0, all.length() - 3_000));
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Ends it as a power switch does. */
  void kill() {
    Process known = process;
    if (known != null) {
      known.destroyForcibly();
      await(known);
      process = null;
    }
  }

  /** Ends it as an administrator does. */
  public void stop() {
    Process known = process;
    if (known != null) {
      known.destroy();
      await(known);
      process = null;
    }
  }

  /** Ends it if it runs, without waiting for the end. */
  void abandon() {
    Process known = process;
    if (known != null) {
      known.destroyForcibly();
    }
  }

  private void await(Process ended) {
    try {
      ended.onExit().get(STOP.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      ended.destroyForcibly();
      throw new AssertionError("the node does not stop:\n" + lastWords(), e);
    }
  }
}
