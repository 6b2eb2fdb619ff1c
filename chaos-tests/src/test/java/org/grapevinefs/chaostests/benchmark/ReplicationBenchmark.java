// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.benchmark;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.grapevinefs.nfsgateway.client.Nfs4Client;
import org.grapevinefs.nfsgateway.client.Ops;
import org.grapevinefs.nfsgateway.client.Reply;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;

/**
 * How long a write on node 1 of a running demo takes to be readable in node 2's folder, beside an
 * rsync daemon on the same disk in the same run.
 *
 * <p>Arguments: the demo's folder, the NFS port of node 1. Prints one line a figure.
 */
public final class ReplicationBenchmark {

  private static final int SAMPLES = 50;
  private static final int SMALL_FILES = 20_000;
  private static final int LARGE_MEBIBYTES = 1024;
  private static final int IN_FLIGHT = 32;
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final Path first;
  private final Path second;
  private final Nfs4Client client;
  private final RsyncDaemon rsync;
  private final Random random = new Random(42);
  private final ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor();
  private final String base = "bench-" + ProcessHandle.current().pid();

  private ReplicationBenchmark(Path demo, int port) throws IOException, BadXdrException {
    first = demo.resolve("node-1/volume/shared");
    second = demo.resolve("node-2/volume/shared");
    client =
        Nfs4Client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1, base);
    rsync = new RsyncDaemon(Files.createTempDirectory(demo, "bench"));
  }

  /** Runs all. */
  public static void main(String[] args) throws Exception {
    ReplicationBenchmark benchmark =
        new ReplicationBenchmark(Path.of(args[0]), Integer.parseInt(args[1]));
    try {
      benchmark.client.run(new Ops().path("shared").mkdir(benchmark.base));
      benchmark.oneSmallFile("warm-up");
      benchmark.oneSmallFile("one 4 KiB file, close to readable");
      benchmark.manySmallFiles();
      benchmark.oneLargeFile();
    } finally {
      benchmark.client.close();
      benchmark.rsync.close();
      benchmark.writers.close();
    }
  }

  private void oneSmallFile(String title) throws Exception {
    double[] ours = new double[SAMPLES];
    double[] theirs = new double[SAMPLES];
    byte[] data = new byte[4096];
    for (int i = 0; i < SAMPLES; i++) {
      random.nextBytes(data);
      String name = title.charAt(0) + "-" + i;
      write(base, name, data);
      long closed = System.nanoTime();
      awaitBytes(second.resolve(base).resolve(name), data);
      ours[i] = (System.nanoTime() - closed) / 1e6;
      theirs[i] = rsync.copy(first.resolve(base).resolve(name)) / 1e6;
    }
    Arrays.sort(ours);
    Arrays.sort(theirs);
    print(
        "%s: p50 %.1f ms, p98 %.1f ms, max %.1f ms; rsync run p50 %.1f ms; ratio %.2f",
        title,
        ours[SAMPLES / 2],
        ours[SAMPLES - 2],
        ours[SAMPLES - 1],
        theirs[SAMPLES / 2],
        ours[SAMPLES / 2] / theirs[SAMPLES / 2]);
  }

  private void manySmallFiles() throws Exception {
    String folder = base + "/many";
    client.run(new Ops().path("shared/" + base).mkdir("many"));
    long start = System.nanoTime();
    Deque<CompletableFuture<?>> running = new ArrayDeque<>();
    byte[] last = new byte[0];
    for (int i = 0; i < SMALL_FILES; i++) {
      byte[] data = new byte[4096 + random.nextInt(8192)];
      random.nextBytes(data);
      last = data;
      String name = "f" + i;
      running.add(writeAsync(folder, name, data));
      if (running.size() >= IN_FLIGHT) {
        running.remove().join();
      }
    }
    while (!running.isEmpty()) {
      running.remove().join();
    }
    long written = System.nanoTime();
    awaitCount(second.resolve(folder), SMALL_FILES);
    awaitBytes(second.resolve(folder).resolve("f" + (SMALL_FILES - 1)), last);
    long there = System.nanoTime();
    long reference = rsync.copy(first.resolve(folder));
    print(
        "%d files of 4-12 KiB: written in %.1f s, behind the writer %.2f s, in all %.1f s; rsync of"
            + " them %.1f s; behind / rsync %.2f",
        SMALL_FILES,
        (written - start) / 1e9,
        (there - written) / 1e9,
        (there - start) / 1e9,
        reference / 1e9,
        (double) (there - written) / reference);
  }

  private void oneLargeFile() throws Exception {
    byte[] chunk = new byte[1 << 20];
    random.nextBytes(chunk);
    Reply made =
        client.run(new Ops().path("shared/" + base).create("bench", "large", 3, 0).getHandle());
    made.skip(pathOps(2));
    byte[] stateid = made.opened();
    byte[] handle = made.handle();
    long start = System.nanoTime();
    Deque<CompletableFuture<?>> running = new ArrayDeque<>();
    for (int i = 0; i < LARGE_MEBIBYTES; i++) {
      ByteBuffer.wrap(chunk).putInt(i);
      running.add(
          client.start(new Ops().handle(handle).write(stateid, (long) i << 20, 0, chunk.clone())));
      if (running.size() >= 8) {
        running.remove().join();
      }
    }
    while (!running.isEmpty()) {
      running.remove().join();
    }
    client.run(new Ops().handle(handle).commit(0, 0).close(stateid));
    long written = System.nanoTime();
    awaitSize(second.resolve(base).resolve("large"), (long) LARGE_MEBIBYTES << 20);
    awaitSame(first.resolve(base).resolve("large"), second.resolve(base).resolve("large"));
    long there = System.nanoTime();
    long reference = rsync.copy(first.resolve(base).resolve("large"));
    print(
        "1 GiB file: written in %.1f s, behind the writer %.2f s; rsync of it %.1f s; behind /"
            + " rsync %.2f",
        (written - start) / 1e9,
        (there - written) / 1e9,
        reference / 1e9,
        (double) (there - written) / reference);
  }

  /** PUTROOTFH and the LOOKUPs of a path, as their results stand in a reply. */
  private static int[] pathOps(int parts) {
    int[] ops = new int[parts + 1];
    Arrays.fill(ops, 15);
    ops[0] = 24;
    return ops;
  }

  private void write(String folder, String name, byte[] data) throws Exception {
    writeAsync(folder, name, data).join();
  }

  private CompletableFuture<?> writeAsync(String folder, String name, byte[] data) {
    return CompletableFuture.runAsync(() -> {
      try {
        int parts = folder.split("/", -1).length + 1;
        Reply made =
            client.run(new Ops().path("shared/" + folder).create(name, name, 3, 0).getHandle());
        made.skip(pathOps(parts));
        byte[] stateid = made.opened();
        byte[] handle = made.handle();
        client.run(new Ops().handle(handle).write(stateid, 0, 0, data).close(stateid));
      } catch (IOException | BadXdrException e) {
        throw new IllegalStateException(e);
      }
    });
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void await(String what, Condition condition) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > deadline) {
        throw new IOException("waited in vain for " + what);
      }
      LockSupport.parkNanos(200_000);
    }
  }

  private static void awaitBytes(Path file, byte[] data) throws IOException {
    await(
        file.toString(),
        () ->
            Files.exists(file)
                && Files.size(file) == data.length
                && Arrays.equals(Files.readAllBytes(file), data));
  }

  private static void awaitSize(Path file, long size) throws IOException {
    await(file.toString(), () -> Files.exists(file) && Files.size(file) == size);
  }

  private static void awaitSame(Path one, Path other) throws IOException {
    await(other.toString(), () -> Files.mismatch(one, other) < 0);
  }

  private static void awaitCount(Path folder, int count) throws IOException {
    await(
        folder.toString(),
        () -> {
          String[] names = folder.toFile().list();
          return names != null && names.length == count;
        });
  }

  @SuppressWarnings("AnnotateFormatMethod") // a bad format shows at once
  private static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }
}
