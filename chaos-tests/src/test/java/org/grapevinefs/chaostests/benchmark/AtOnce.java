// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.benchmark;

import static org.grapevinefs.chaostests.benchmark.ReplicationBenchmark.print;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.grapevinefs.chaostests.cluster.Mesh;

/** What happens while much else is under way: none of it has a reference, rsync does one thing. */
final class AtOnce {

  private static final int CROWD = 20_000;
  private static final int EACH_SIDE = 5_000;
  private static final int MOST_SAMPLES = 500;
  private static final long BETWEEN = Duration.ofMillis(20).toNanos();
  private static final long GROWING = Duration.ofSeconds(60).toNanos();
  private static final long REWRITING = Duration.ofSeconds(20).toNanos();
  private static final int LINES = 1024;
  private static final int REWRITTEN = 64 << 10;

  private final Mesh mesh;
  private final Path first;
  private final Path second;
  private final String zone;
  private final NfsWriter writer;

  AtOnce(Mesh mesh, NfsWriter writer, String zone) {
    this.mesh = mesh;
    this.writer = writer;
    this.zone = zone;
    this.first = mesh.files(1, zone);
    this.second = mesh.files(2, zone);
  }

  /** Small files, one after the other, while a crowd of others is being carried. */
  void smallAmongMany() throws Exception {
    writer.mkdir("", "crowd");
    writer.mkdir("", "among");
    CompletableFuture<Void> crowd =
        CompletableFuture.runAsync(() -> writer.writeMany("crowd", "f", 0, CROWD));
    List<Double> took = new ArrayList<>();
    try (NfsWriter single = new NfsWriter(mesh.node(1).nfsPort(), zone)) {
      while (!isLevel(crowd) && took.size() < MOST_SAMPLES) {
        byte[] data = single.bytes(4096);
        String name = "s" + took.size();
        single.write("among", name, data);
        long closed = System.nanoTime();
        took.add((Observed.file(second.resolve("among").resolve(name), data) - closed) / 1e6);
        LockSupport.parkNanos(BETWEEN);
      }
    }
    crowd.join();
    Observed.count(second.resolve("crowd"), "f" + (CROWD - 1), CROWD);
    double[] sorted = took.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    print(
        "one 4 KiB file while %d others are carried, %d samples: p50 %.1f ms, p99 %.1f ms,"
            + " max %.1f ms",
        CROWD,
        sorted.length,
        sorted[sorted.length / 2],
        sorted[sorted.length * 99 / 100],
        sorted[sorted.length - 1]);
  }

  private boolean isLevel(CompletableFuture<Void> crowd) {
    String[] names = second.resolve("crowd").toFile().list();
    return crowd.isDone() && names != null && names.length == CROWD;
  }

  /** Many small files on both nodes at once. */
  void bothWrite() throws Exception {
    writer.mkdir("", "here");
    writer.mkdir("", "there");
    Observed.await("there", BETWEEN, () -> Files.exists(second.resolve("there")));
    long start = System.nanoTime();
    try (NfsWriter other = new NfsWriter(mesh.node(2).nfsPort(), zone)) {
      CompletableFuture<Void> there =
          CompletableFuture.runAsync(() -> other.writeMany("there", "f", 0, EACH_SIDE));
      writer.writeMany("here", "f", 0, EACH_SIDE);
      there.join();
    }
    long written = System.nanoTime();
    long one = Observed.count(second.resolve("here"), "f" + (EACH_SIDE - 1), EACH_SIDE);
    long other = Observed.count(first.resolve("there"), "f" + (EACH_SIDE - 1), EACH_SIDE);
    Observed.requireSame(first, second);
    print(
        "%d files of 4-12 KiB on each node at once: written in %.1f s, both level %.2f s later",
        EACH_SIDE, (written - start) / 1e9, (Math.max(one, other) - written) / 1e9);
  }

  /** A log that grows by a line a few dozen times a second. */
  void growing() throws Exception {
    writer.mkdir("", "log");
    long before = NodeFigures.peerBytes(mesh.node(1), mesh.node(2));
    long end = System.nanoTime() + GROWING;
    long size = 0;
    NfsWriter.Opened log = writer.open("log", "log");
    while (System.nanoTime() < end) {
      writer.write(log, size, writer.bytes(LINES));
      size += LINES;
      LockSupport.parkNanos(BETWEEN);
    }
    writer.close(log);
    long written = System.nanoTime();
    long whole = size;
    long there =
        Observed.await("log", BETWEEN, () -> Files.size(second.resolve("log/log")) == whole);
    Observed.requireSame(first.resolve("log"), second.resolve("log"));
    long sent = NodeFigures.peerBytes(mesh.node(1), mesh.node(2)) - before;
    print(
        "a log that grew to %d bytes in a minute: %d bytes moved, %.2f times its size; behind the"
            + " writer %.1f ms",
        size, sent, (double) sent / size, (there - written) / 1e6);
  }

  /** One file rewritten in place over and over, each time with one number all through it. */
  void rewritten() throws Exception {
    writer.mkdir("", "again");
    writer.write("again", "file", filled(0));
    Path there = second.resolve("again/file");
    Observed.file(there, filled(0));
    CompletableFuture<Integer> writing = CompletableFuture.supplyAsync(this::rewrite);
    int last = 0;
    int seen = 0;
    int mixed = 0;
    int back = 0;
    while (!writing.isDone()) {
      byte[] bytes = Files.readAllBytes(there);
      int now = bytes.length < Integer.BYTES ? -1 : ByteBuffer.wrap(bytes).getInt();
      mixed += Arrays.equals(bytes, filled(now)) ? 0 : 1;
      back += now < last ? 1 : 0;
      seen += now > last ? 1 : 0;
      last = now;
      LockSupport.parkNanos(1_000_000);
    }
    int rewrites = writing.join();
    Observed.file(there, filled(rewrites));
    print(
        "a file of 64 KiB rewritten %d times in 20 s: %d of these seen on the other node, %d"
            + " mixtures, %d steps back",
        rewrites, seen, mixed, back);
  }

  private int rewrite() {
    long end = System.nanoTime() + REWRITING;
    int rewrites = 0;
    try {
      while (System.nanoTime() < end) {
        writer.overwrite("again", "file", 0, filled(++rewrites));
      }
    } catch (IOException | org.grapevinefs.nfsgateway.xdr.BadXdrException e) {
      throw new IllegalStateException(e);
    }
    return rewrites;
  }

  private static byte[] filled(int number) {
    ByteBuffer bytes = ByteBuffer.allocate(REWRITTEN);
    while (bytes.hasRemaining()) {
      bytes.putInt(number);
    }
    return bytes.array();
  }
}
