// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.benchmark;

import static org.grapevinefs.chaostests.benchmark.ReplicationBenchmark.print;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.grapevinefs.chaostests.cluster.Mesh;

/**
 * A zone of very many small files: how fast a node with it starts, how fast a new member is filled,
 * what both take, and whether a small change still travels as in a small zone.
 */
final class ManyFilesBenchmark {

  private static final int IN_FOLDER = 1_000;
  private static final int BYTES = 100;
  private static final int SAMPLES = 50;
  private static final long PATIENCE_NANOS = 3_600_000_000_000L;
  private static final long LOOK_NANOS = 1_000_000_000;
  private static final int TOLD_EVERY = 10;

  private final Mesh mesh;
  private final String zone;
  private final int files;

  /** The measurement in a mesh of two, of which none runs yet. */
  ManyFilesBenchmark(Mesh mesh, String zone, int files) {
    this.mesh = mesh;
    this.zone = zone;
    this.files = files;
  }

  void run() throws Exception {
    mesh.start(1);
    write();
    tell(1);
    restart(1);
    fill();
    changes();
    restart(2);
    changes();
    tell(1);
    tell(2);
  }

  private void write() throws Exception {
    long start = System.nanoTime();
    try (NfsWriter writer = new NfsWriter(mesh.node(1).nfsPort(), zone)) {
      for (int folder = 0; folder * IN_FOLDER < files; folder++) {
        writer.mkdir("", "d" + folder);
        int count = Math.min(IN_FOLDER, files - folder * IN_FOLDER);
        writer.writeMany("d" + folder, "f", 0, count, () -> BYTES);
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    print("%d files of %d bytes written in %.0f s: %.0f/s", files, BYTES, seconds, files / seconds);
  }

  private void restart(int node) throws Exception {
    mesh.node(node).stop();
    long start = System.nanoTime();
    mesh.start(node);
    double seconds = (System.nanoTime() - start) / 1e9;
    print("node %d ready %.2f s after its start", node, seconds);
    tell(node);
  }

  /** Starts the second node, which has nothing, and follows what it says until it has all. */
  private void fill() throws Exception {
    long start = System.nanoTime();
    mesh.start(2);
    print("  ready after %.2f s", (System.nanoTime() - start) / 1e9);
    for (int second = 0; ; second++) {
      if (second % TOLD_EVERY == 0) {
        String status = mesh.node(2).command("zone", "inspect", zone);
        double seconds = (System.nanoTime() - start) / 1e9;
        long resident = NodeFigures.resident(mesh.node(2).pid()) >> 20;
        print("  after %.0f s, node 2 has %d MiB: %s", seconds, resident, oneLine(status));
      }
      Path last = mesh.files(2, zone).resolve("d" + (files - 1) / IN_FOLDER);
      if (Files.exists(last) && count() == files) {
        break;
      }
      if (System.nanoTime() - start > PATIENCE_NANOS) {
        throw new IOException("waited in vain for " + files + " files");
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    print("new member filled in %.0f s: %.0f files/s", seconds, files / seconds);
    tell(1);
    tell(2);
    for (int folder = 0; folder * IN_FOLDER < files; folder += Math.max(1, files / 20_000)) {
      Observed.requireSame(
          mesh.files(1, zone).resolve("d" + folder), mesh.files(2, zone).resolve("d" + folder));
    }
  }

  private static String oneLine(String said) {
    return said.strip().replaceAll("\\s*\n\\s*", " | ");
  }

  private int count() {
    int count = 0;
    for (int folder = 0; folder * IN_FOLDER < files; folder++) {
      String[] names = mesh.files(2, zone).resolve("d" + folder).toFile().list();
      if (names == null) {
        return -1;
      }
      count += names.length;
      if (names.length < Math.min(IN_FOLDER, files - folder * IN_FOLDER)) {
        return -1;
      }
    }
    return count;
  }

  private void changes() throws Exception {
    try (NfsWriter writer = new NfsWriter(mesh.node(1).nfsPort(), zone)) {
      String folder = "c" + System.nanoTime();
      writer.mkdir("", folder);
      double[] took = new double[SAMPLES];
      for (int i = 0; i < SAMPLES; i++) {
        byte[] data = writer.bytes(4096);
        writer.write(folder, "f" + i, data);
        long closed = System.nanoTime();
        Path there = mesh.files(2, zone).resolve(folder).resolve("f" + i);
        took[i] = (Observed.file(there, data) - closed) / 1e6;
      }
      Arrays.sort(took);
      print(
          "one 4 KiB file beside them, close to readable: p50 %.1f ms, p98 %.1f ms, max %.1f ms",
          took[SAMPLES / 2], took[SAMPLES - 2], took[SAMPLES - 1]);
    }
  }

  private void tell(int node) throws Exception {
    long index = NodeFigures.bytesBelow(mesh.files(node, zone).resolveSibling(".grapevine"));
    print(
        "  node %d: resident %d MiB now, %d MiB at most, heap %d MiB, processor %.0f s; index %d"
            + " MiB: %d bytes a file",
        node,
        NodeFigures.resident(mesh.node(node).pid()) >> 20,
        NodeFigures.peakResident(mesh.node(node).pid()) >> 20,
        NodeFigures.heap(mesh.node(node)) >> 20,
        NodeFigures.cpuSeconds(mesh.node(node).pid()),
        index >> 20,
        index / files);
  }
}
