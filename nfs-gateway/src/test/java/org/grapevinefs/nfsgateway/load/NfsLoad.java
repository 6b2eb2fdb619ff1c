// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.grapevinefs.nfsgateway.client.Ops;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;

/**
 * Measures a server on this machine with 4 connections of 8 requests each on the way.
 *
 * <p>Arguments: port, path of a directory to work in, the server's process number (for its CPU
 * time), seconds a row, then rows (none: all). Prints a line a row: requests a second, how long
 * half and 99 of 100 of them took, and the server's CPU time for each. What it makes stays there.
 *
 * <p>A row {@code clients-N} connects N clients more, each with a session of its own, has each ask
 * twice, and prints the server's memory before and with them.
 */
public final class NfsLoad {

  private static final int CONNECTIONS = 4;
  private static final int SLOTS = 8;
  private static final long WARM_UP = TimeUnit.SECONDS.toNanos(1);
  private static final double TICKS = 100;
  private static final int PUTROOTFH = 24;
  private static final String CLIENTS = "clients-";

  private final long pid;
  private final long nanos;
  private final List<LoadConnection> connections = new ArrayList<>();
  private final List<Target> targets = new ArrayList<>();
  private final ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
  private final AtomicLong numbers = new AtomicLong();

  private NfsLoad(long pid, double seconds) {
    this.pid = pid;
    this.nanos = (long) (seconds * 1e9);
  }

  /** Runs the rows asked for. */
  public static void main(String[] arguments) throws Exception {
    int port = Integer.parseInt(arguments[0]);
    String path = arguments[1];
    NfsLoad load = new NfsLoad(Long.parseLong(arguments[2]), Double.parseDouble(arguments[3]));
    List<String> rows =
        arguments.length == 4
            ? Arrays.stream(Row.values()).map(Row::title).toList()
            : List.of(arguments).subList(4, arguments.length);
    InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    try {
      load.connect(server, path);
      for (String row : rows) {
        if (row.startsWith(CLIENTS)) {
          load.hold(server, path, Integer.parseInt(row.substring(CLIENTS.length())));
        } else {
          load.measure(Row.of(row));
        }
      }
    } finally {
      load.close();
    }
  }

  private void connect(InetSocketAddress server, String path) throws IOException, BadXdrException {
    String run = "load-" + ProcessHandle.current().pid();
    for (int i = 0; i < CONNECTIONS; i++) {
      LoadConnection connection = new LoadConnection(server, run + "-" + i, SLOTS);
      connections.add(connection);
      Ops look = new Ops().path(path).getHandle();
      XdrReader in = connection.run(look);
      LoadConnection.expect(in, PUTROOTFH);
      for (int j = 0; j < look.count() - 2; j++) {
        LoadConnection.expect(in, 15);
      }
      LoadConnection.expect(in, 10);
      targets.add(Target.make(connection, in.opaque(128), run + "-" + i));
    }
  }

  private void measure(Row row) throws Exception {
    run(row, Math.min(WARM_UP, nanos));
    double before = cpuSeconds();
    long begun = System.nanoTime();
    List<Times> times = run(row, nanos);
    double seconds = (System.nanoTime() - begun) / 1e9;
    double cpu = cpuSeconds() - before;
    long[] sorted = Times.sorted(times);
    double rate = sorted.length / seconds;
    System.out.println(
        String.format(
            Locale.ROOT,
            "%-14s %8.0f ops/s %8.1f MB/s  p50 %7.2f ms  p99 %7.2f ms  cpu %6.0f us",
            row.title(),
            rate,
            rate * row.bytes / 1e6,
            sorted[sorted.length / 2] / 1e6,
            sorted[(int) (sorted.length * 0.99)] / 1e6,
            cpu * 1e6 / sorted.length));
  }

  private List<Times> run(Row row, long most) throws Exception {
    long until = System.nanoTime() + most;
    List<Future<Times>> running = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      LoadConnection connection = connections.get(i);
      Ops[] requests = new Ops[SLOTS];
      for (int slot = 0; slot < SLOTS; slot++) {
        requests[slot] = row.request(targets.get(i), "slot-" + slot);
      }
      running.add(
          threads.submit(() -> {
            Times times = new Times();
            connection.run(requests, row::next, numbers::getAndIncrement, until, times);
            return times;
          }));
    }
    List<Times> times = new ArrayList<>();
    for (Future<Times> one : running) {
      times.add(one.get(5, TimeUnit.MINUTES));
    }
    return times;
  }

  /** Connects so many clients, and prints what memory the server has with them. */
  private void hold(InetSocketAddress server, String path, int count)
      throws IOException, BadXdrException {
    long before = residentKilobytes();
    String run = "held-" + ProcessHandle.current().pid();
    for (int i = 0; i < count; i++) {
      connections.add(new LoadConnection(server, run + "-" + i, SLOTS));
    }
    for (int times = 0; times < 2; times++) {
      for (LoadConnection connection : connections) {
        LoadConnection.expect(connection.run(new Ops().path(path).getHandle()), PUTROOTFH);
      }
    }
    long now = residentKilobytes();
    System.out.println(
        String.format(
            Locale.ROOT,
            "%-14s %8.1f MB before, %.1f MB with them, %.0f KB each",
            CLIENTS + count,
            before / 1e3,
            now / 1e3,
            (now - before) / (double) count));
  }

  private long residentKilobytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("no VmRSS of " + pid);
  }

  private double cpuSeconds() throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS;
  }

  private void close() throws IOException {
    threads.shutdownNow();
    for (LoadConnection connection : connections) {
      connection.close();
    }
  }
}
