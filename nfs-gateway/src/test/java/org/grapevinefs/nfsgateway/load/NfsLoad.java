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
 */
public final class NfsLoad {

  private static final int CONNECTIONS = 4;
  private static final int SLOTS = 8;
  private static final long WARM_UP = TimeUnit.SECONDS.toNanos(1);
  private static final double TICKS = 100;

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
    List<Row> rows =
        arguments.length == 4
            ? List.of(Row.values())
            : Arrays.stream(arguments).skip(4).map(Row::of).toList();
    try {
      load.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), path);
      for (Row row : rows) {
        load.measure(row);
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
      LoadConnection.expect(in, 24);
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
