// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.benchmark;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.grapevinefs.chaostests.cluster.MeshNode;

/** What a node's process took of the machine: processor, memory, bytes to its peers. */
final class NodeFigures {

  private static final double TICKS_A_SECOND = 100;
  private static final int USER_TICKS = 11;
  private static final Pattern SENT = Pattern.compile("bytes_sent:(\\d+)");
  private static final Pattern RECEIVED = Pattern.compile("bytes_received:(\\d+)");
  private static final Pattern PEAK = Pattern.compile("VmHWM:\\s+(\\d+) kB");
  private static final Pattern NOW = Pattern.compile("VmRSS:\\s+(\\d+) kB");
  private static final Pattern HEAP =
      Pattern.compile("jvm_memory_committed_bytes\\{area=\"heap\"[^}]*} (\\S+)");

  private NodeFigures() {}

  /** Seconds of processor time that a process has had. */
  static double cpuSeconds(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[USER_TICKS + 1]))
        / TICKS_A_SECOND;
  }

  /** The most memory that a process has had resident, in bytes. */
  static long peakResident(long pid) throws IOException {
    Matcher peak = PEAK.matcher(Files.readString(Path.of("/proc/" + pid + "/status")));
    return peak.find() ? Long.parseLong(peak.group(1)) << 10 : 0;
  }

  /** The memory that a process has resident now, in bytes. */
  static long resident(long pid) throws IOException {
    Matcher now = NOW.matcher(Files.readString(Path.of("/proc/" + pid + "/status")));
    return now.find() ? Long.parseLong(now.group(1)) << 10 : 0;
  }

  /** The sum of the sizes of all files in a folder and below it. */
  static long bytesBelow(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      return files.mapToLong(file -> file.toFile().isFile() ? file.toFile().length() : 0).sum();
    }
  }

  /** The heap that the Java machine has taken from the system, in bytes: never given back here. */
  static long heap(MeshNode node) throws IOException, InterruptedException {
    URI metrics = URI.create("http://127.0.0.1:" + node.adminPort() + "/metrics");
    try (HttpClient client = HttpClient.newHttpClient()) {
      String text =
          client
              .send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
              .body();
      double sum = 0;
      for (Matcher heap = HEAP.matcher(text); heap.find(); ) {
        sum += Double.parseDouble(heap.group(1));
      }
      return (long) sum;
    }
  }

  /** Bytes over the connections that peers made to these nodes, both ways, TLS included. */
  static long peerBytes(MeshNode... nodes) throws IOException {
    long sum = 0;
    for (MeshNode node : nodes) {
      Process ss =
          new ProcessBuilder("ss", "-tinH", "state", "established", "sport = :" + node.peerPort())
              .redirectErrorStream(true)
              .start();
      String text = new String(ss.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      for (Pattern counter : new Pattern[] {SENT, RECEIVED}) {
        for (Matcher bytes = counter.matcher(text); bytes.find(); ) {
          sum += Long.parseLong(bytes.group(1));
        }
      }
    }
    return sum;
  }
}
