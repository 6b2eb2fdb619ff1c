// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.benchmark;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A second reference: two Syncthing nodes on loopback that share a folder on the same disk. They
 * watch their folders and wait one second for more, the least that they can be told; nothing is
 * announced, relayed or reported.
 */
final class SyncthingPair implements AutoCloseable {

  private static final String KEY = "benchmark";
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final List<One> nodes = new ArrayList<>();

  private record One(Path home, Path folder, String id, int api, int port, Process process) {}

  private SyncthingPair() {}

  /** Whether the program is installed. */
  static boolean isInstalled() {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
      if (Files.isExecutable(Path.of(folder, "syncthing"))) {
        return true;
      }
    }
    return false;
  }

  /** Starts both, and waits until they have met. */
  static SyncthingPair start(Path work) throws IOException, InterruptedException {
    SyncthingPair pair = new SyncthingPair();
    try {
      pair.nodes.add(one(work.resolve("syncthing-1")));
      pair.nodes.add(one(work.resolve("syncthing-2")));
      pair.introduce(0, 1);
      pair.introduce(1, 0);
      byte[] greeting = {'h', 'e', 'l', 'l', 'o'};
      Files.write(pair.first().resolve("greeting"), greeting);
      Observed.file(pair.second().resolve("greeting"), greeting);
      return pair;
    } catch (IOException | InterruptedException | RuntimeException e) {
      pair.close();
      throw e;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  private static One one(Path home) throws IOException, InterruptedException {
    Path folder = Files.createDirectories(home.resolve("folder"));
    run(home, "generate", "--home=" + home, "--no-default-folder", "--skip-port-probing");
    String id = run(home, "--home=" + home, "--device-id").strip();
    int api = freePort();
    int port = freePort();
    Path file = home.resolve("config.xml");
    String config = Files.readString(file);
    Map<String, String> settings =
        Map.of(
            "listenAddress", "tcp://127.0.0.1:" + port,
            "globalAnnounceEnabled", "false",
            "localAnnounceEnabled", "false",
            "relaysEnabled", "false",
            "natEnabled", "false",
            "startBrowser", "false",
            "crashReportingEnabled", "false",
            "urAccepted", "-1",
            "autoUpgradeIntervalH", "0");
    for (Map.Entry<String, String> one : settings.entrySet()) {
      String tag = one.getKey();
      config =
          config.replaceAll(
              "<%s>[^<]*</%s>".formatted(tag, tag),
              "<%s>%s</%s>".formatted(tag, one.getValue(), tag));
    }
    Files.writeString(file, config);
    ProcessBuilder serve =
        new ProcessBuilder("syncthing", "serve", "--home=" + home, "--no-browser", "--no-restart")
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("log").toFile());
    serve.environment().put("STGUIADDRESS", "127.0.0.1:" + api);
    serve.environment().put("STGUIAPIKEY", KEY);
    One node = new One(home, folder, id, api, port, serve.start());
    Observed.await("syncthing", 50_000_000, () -> answers(node));
    return node;
  }

  private static String run(Path home, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("syncthing"));
    command.addAll(List.of(arguments));
    Path out = home.resolve("out");
    Process run =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .redirectOutput(out.toFile())
            .start();
    if (!run.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || run.exitValue() != 0) {
      run.destroyForcibly();
      throw new IOException("syncthing failed: " + command);
    }
    return Files.readString(out);
  }

  private static boolean answers(One node) throws IOException {
    try {
      return call(node, "GET", "/rest/system/ping", "") == 200;
    } catch (java.net.ConnectException e) {
      if (!node.process.isAlive()) {
        throw new IOException("syncthing ended", e);
      }
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static int call(One node, String method, String path, String body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.api + path))
            .header("X-API-Key", KEY)
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }
  }

  private void introduce(int which, int other) throws IOException, InterruptedException {
    One self = nodes.get(which);
    One peer = nodes.get(other);
    String device =
        "{\"deviceID\": \"%s\", \"addresses\": [\"tcp://127.0.0.1:%d\"]}"
            .formatted(peer.id, peer.port);
    String folder =
        """
        {"id": "shared", "path": "%s", "fsWatcherDelayS": 1, "rescanIntervalS": 3600,
         "devices": [{"deviceID": "%s"}, {"deviceID": "%s"}]}
        """
            .formatted(self.folder, self.id, peer.id);
    if (call(self, "POST", "/rest/config/devices", device) != 200
        || call(self, "POST", "/rest/config/folders", folder) != 200) {
      throw new IOException("syncthing takes no configuration");
    }
  }

  /** The folder to write to. */
  Path first() {
    return nodes.getFirst().folder;
  }

  /** The folder to watch. */
  Path second() {
    return nodes.getLast().folder;
  }

  /**
   * Copies a folder in, and waits until the other node has all of it; returns the nanoseconds
   * between.
   *
   * @param last the name of the file that is made last
   */
  long copy(Path source, String last, int files) throws IOException, InterruptedException {
    Path to = first().resolve(String.valueOf(source.getFileName()));
    Process copy = new ProcessBuilder("cp", "-r", source.toString(), to.toString()).start();
    if (copy.waitFor() != 0) {
      throw new IOException("cp failed");
    }
    long written = System.nanoTime();
    Path there = second().resolve(to.getFileName());
    Observed.count(there, last, files);
    Observed.await(last, 500_000_000, () -> isSame(to, there));
    return System.nanoTime() - written;
  }

  private static boolean isSame(Path one, Path other) throws IOException {
    try (var files = Files.walk(one)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        Path same = other.resolve(one.relativize(file));
        if (!Files.exists(same) || Files.size(same) != Files.size(file)) {
          return false;
        }
      }
      return true;
    }
  }

  @Override
  public void close() {
    for (One node : nodes) {
      node.process.destroy();
      node.process.onExit().orTimeout(30, TimeUnit.SECONDS).join();
    }
  }
}
