// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.grapevinefs.chaostests.cluster.Mesh;
import org.grapevinefs.zonesconfig.VolumeType;

/**
 * How long what is written on one node takes to be readable in the folder of another, beside an
 * rsync daemon on the same disk in the same run.
 *
 * <p>Has the launcher of this checkout start two nodes on one Btrfs file system in a file, writes
 * through the NFS gateway of the first and watches the folder of the second. Works in the
 * checkout's folder. Arguments: a folder for data, then the rows to measure (none: all). Needs
 * root. Prints a line a figure.
 */
public final class ReplicationBenchmark {

  private static final int SAMPLES = 50;
  private static final int FEW_SAMPLES = 9;
  private static final int SMALL_FILES = 20_000;
  private static final int LARGE_MEBIBYTES = 1024;
  private static final int NEW = 5_000;
  private static final int EDITED = 500;
  private static final int DELETED = 500;
  private static final long IDLE_SECONDS = 60;
  private static final String ZONE = "shared";
  private static final List<String> LAUNCHER = List.of("./grapevine");

  /** What is measured; later rows use the files of earlier ones. */
  private enum Row {
    ONE_SMALL,
    MANY_SMALL,
    ONE_LARGE,
    CHANGE,
    RENAME,
    REJOIN,
    CATCH_UP,
    CATCH_UP_LARGE,
    SMALL_AMONG_MANY,
    BOTH_WRITE,
    GROWING,
    REWRITTEN,
    SYNCTHING,
    IDLE,
    MILLION
  }

  /** Those in which the second node starts anew. */
  private static final Set<Row> STARTS = EnumSet.of(Row.REJOIN, Row.CATCH_UP, Row.CATCH_UP_LARGE);

  /** Those that go on with the files of another. */
  private static final Map<Row, Row> NEEDS =
      Map.of(Row.CHANGE, Row.ONE_LARGE, Row.RENAME, Row.MANY_SMALL, Row.REJOIN, Row.MANY_SMALL);

  private final Path disk;
  private final Mesh mesh;
  private final Path first;
  private final Path second;
  private final RsyncDaemon rsync;
  private final NfsWriter writer;
  private final AtOnce atOnce;

  private ReplicationBenchmark(Path disk, Mesh mesh, NfsWriter writer, RsyncDaemon rsync) {
    this.disk = disk;
    this.mesh = mesh;
    this.writer = writer;
    this.rsync = rsync;
    this.atOnce = new AtOnce(mesh, writer, ZONE);
    first = mesh.files(1, ZONE);
    second = mesh.files(2, ZONE);
  }

  /** Runs the rows that are asked for. */
  public static void main(String[] args) throws Exception {
    Path work = Files.createTempDirectory(Path.of(args[0]).toAbsolutePath(), "bench");
    Set<Row> rows = EnumSet.complementOf(EnumSet.of(Row.MILLION));
    if (args.length > 1) {
      rows =
          Arrays.stream(args)
              .skip(1)
              .map(name -> Row.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_')))
              .collect(Collectors.toCollection(() -> EnumSet.noneOf(Row.class)));
    }
    for (Map.Entry<Row, Row> need : NEEDS.entrySet()) {
      if (rows.contains(need.getKey())) {
        rows.add(need.getValue());
      }
    }
    if (rows.remove(Row.MILLION)) {
      million(work);
    }
    if (!rows.isEmpty()) {
      measure(work, rows);
    }
    Files.delete(work.resolve("btrfs"));
    Files.delete(work);
  }

  private static void million(Path work) throws Exception {
    try (BtrfsFolder disk = new BtrfsFolder(work);
        Mesh mesh =
            Mesh.make(disk.path().resolve("mesh"), 2, VolumeType.BTRFS, LAUNCHER)
                .zone(ZONE, 1, 2)) {
      new ManyFilesBenchmark(mesh, ZONE, Integer.getInteger("bench.files", 1_000_000)).run();
      mesh.node(2).stop();
      mesh.node(1).stop();
    }
  }

  private static void measure(Path work, Set<Row> rows) throws Exception {
    try (BtrfsFolder disk = new BtrfsFolder(work);
        Mesh mesh =
            Mesh.make(disk.path().resolve("mesh"), 2, VolumeType.BTRFS, LAUNCHER)
                .zone(ZONE, 1, 2)
                .start(1, 2);
        RsyncDaemon rsync = new RsyncDaemon(disk.path());
        NfsWriter writer = new NfsWriter(mesh.node(1).nfsPort(), ZONE)) {
      ReplicationBenchmark benchmark = new ReplicationBenchmark(disk.path(), mesh, writer, rsync);
      for (Row row : rows) {
        benchmark.measure(row);
      }
      benchmark.memory();
      mesh.node(2).stop();
      mesh.node(1).stop();
    }
  }

  private void measure(Row row) throws Exception {
    double first = cpu(1);
    double second = STARTS.contains(row) ? 0 : cpu(2);
    run(row);
    print("  (%s: processor time %.1f s and %.1f s)", row, cpu(1) - first, cpu(2) - second);
  }

  private void run(Row row) throws Exception {
    switch (row) {
      case ONE_SMALL -> {
        oneSmallFile("warm-up");
        oneSmallFile("one 4 KiB file, close to readable");
      }
      case MANY_SMALL -> manySmallFiles();
      case ONE_LARGE -> oneLargeFile();
      case CHANGE -> changeInLargeFile();
      case RENAME -> renameOfFolder();
      case REJOIN -> rejoin();
      case CATCH_UP -> catchUpSmall();
      case CATCH_UP_LARGE -> catchUpLarge();
      case SMALL_AMONG_MANY -> atOnce.smallAmongMany();
      case BOTH_WRITE -> atOnce.bothWrite();
      case GROWING -> atOnce.growing();
      case REWRITTEN -> atOnce.rewritten();
      case SYNCTHING -> syncthing();
      case IDLE -> idle();
      case MILLION -> throw new IllegalStateException("measured by itself");
    }
  }

  private void oneSmallFile(String title) throws Exception {
    String folder = title.substring(0, 3).strip();
    writer.mkdir("", folder);
    double[] ours = new double[SAMPLES];
    double[] theirs = new double[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
      byte[] data = writer.bytes(4096);
      String name = "f" + i;
      writer.write(folder, name, data);
      long closed = System.nanoTime();
      long there = Observed.file(second.resolve(folder).resolve(name), data);
      ours[i] = (there - closed) / 1e6;
      theirs[i] = rsync.copy(first.resolve(folder).resolve(name)).nanos() / 1e6;
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
    writer.mkdir("", "many");
    long start = System.nanoTime();
    writer.writeMany("many", "f", 0, SMALL_FILES);
    long written = System.nanoTime();
    long there = Observed.count(second.resolve("many"), "f" + (SMALL_FILES - 1), SMALL_FILES);
    RsyncDaemon.Run reference = rsync.copy(first.resolve("many"));
    Observed.requireSame(first.resolve("many"), second.resolve("many"));
    print(
        "%d files of 4-12 KiB: written in %.1f s, behind the writer %.2f s; rsync of them %.2f s",
        SMALL_FILES, (written - start) / 1e9, (there - written) / 1e9, reference.seconds());
  }

  private void oneLargeFile() throws Exception {
    writer.mkdir("", "large");
    long start = System.nanoTime();
    writer.writeLarge("large", "file", LARGE_MEBIBYTES);
    long written = System.nanoTime();
    long there = Observed.large(second.resolve("large/file"), LARGE_MEBIBYTES);
    RsyncDaemon.Run reference = rsync.copy(first.resolve("large"));
    Observed.requireSame(first.resolve("large"), second.resolve("large"));
    print(
        "1 GiB file: written in %.1f s, behind the writer %.2f s; rsync of it %.2f s",
        (written - start) / 1e9, (there - written) / 1e9, reference.seconds());
  }

  private void changeInLargeFile() throws Exception {
    for (int i = 0; i < 5; i++) {
      long offset = (100L + 150L * i) * (1 << 20) + 12_345;
      byte[] data = writer.bytes(4096);
      long before = traffic();
      long start = System.nanoTime();
      writer.overwrite("large", "file", offset, data);
      long written = System.nanoTime();
      long there = Observed.part(second.resolve("large/file"), offset, data);
      long bytes = traffic() - before;
      RsyncDaemon.Run reference = rsync.update(first.resolve("large"));
      print(
          "4 KiB changed in it: written in %.1f ms, behind the writer %.1f ms, %d bytes moved;"
              + " rsync %.0f ms, %d bytes",
          (written - start) / 1e6,
          (there - written) / 1e6,
          bytes,
          reference.nanos() / 1e6,
          reference.bytes());
    }
    Observed.requireSame(first.resolve("large"), second.resolve("large"));
  }

  private void renameOfFolder() throws Exception {
    writer.rename("", "many", "held");
    Observed.count(second.resolve("held"), "f0", SMALL_FILES);
    for (String name : List.of("renamed", "again", "many")) {
      String before = name.equals("renamed") ? "held" : name.equals("again") ? "renamed" : "again";
      Observed.count(second.resolve(before), "f0", SMALL_FILES);
      long bytes = traffic();
      long start = System.nanoTime();
      writer.rename("", before, name);
      long done = System.nanoTime();
      long there = Observed.await(name, 200_000, () -> Files.exists(second.resolve(name + "/f0")));
      print(
          "rename of a folder of %d files: reply after %.1f ms, behind it %.1f ms, %d bytes moved",
          SMALL_FILES, (done - start) / 1e6, (there - done) / 1e6, traffic() - bytes);
      if (name.equals("renamed")) {
        RsyncDaemon.Run reference = rsync.copy(first.resolve(name));
        print("  rsync of it: %.2f s, %d bytes", reference.seconds(), reference.bytes());
      }
    }
    Observed.requireSame(first.resolve("many"), second.resolve("many"));
  }

  private void rejoin() throws Exception {
    Observed.count(second.resolve("many"), "f0", SMALL_FILES);
    mesh.node(2).stop();
    writer.writeMany("many", "n", 0, NEW);
    writer.writeMany("many", "f", 0, EDITED);
    writer.removeMany("many", "f", EDITED, DELETED);
    int left = SMALL_FILES + NEW - DELETED;
    long start = System.nanoTime();
    mesh.start(2);
    long ready = System.nanoTime();
    Path last = first.resolve("many/f" + (EDITED - 1));
    Observed.count(second.resolve("many"), "f0", left);
    long there = Observed.file(second.resolve("many/f" + (EDITED - 1)), Files.readAllBytes(last));
    RsyncDaemon.Run reference = rsync.update(first.resolve("many"));
    Observed.requireSame(first.resolve("many"), second.resolve("many"));
    print(
        "rejoin after %d new, %d edited, %d deleted: ready %.2f s after its start, level %.2f s"
            + " after that; rsync %.2f s",
        NEW, EDITED, DELETED, (ready - start) / 1e9, (there - ready) / 1e9, reference.seconds());
  }

  private void catchUpSmall() throws Exception {
    mesh.node(2).stop();
    writer.mkdir("", "missed");
    writer.writeMany("missed", "f", 0, SMALL_FILES);
    long start = System.nanoTime();
    mesh.start(2);
    long ready = System.nanoTime();
    long there = Observed.count(second.resolve("missed"), "f1", SMALL_FILES);
    RsyncDaemon.Run reference = rsync.copy(first.resolve("missed"));
    Observed.requireSame(first.resolve("missed"), second.resolve("missed"));
    print(
        "catching up with %d files: ready %.2f s after its start, level %.2f s after that: %.0f"
            + " files/s; rsync %.2f s",
        SMALL_FILES,
        (ready - start) / 1e9,
        (there - ready) / 1e9,
        SMALL_FILES / ((there - ready) / 1e9),
        reference.seconds());
  }

  private void catchUpLarge() throws Exception {
    mesh.node(2).stop();
    writer.mkdir("", "missed-large");
    writer.writeLarge("missed-large", "file", LARGE_MEBIBYTES);
    long start = System.nanoTime();
    mesh.start(2);
    long ready = System.nanoTime();
    long there = Observed.large(second.resolve("missed-large/file"), LARGE_MEBIBYTES);
    RsyncDaemon.Run reference = rsync.copy(first.resolve("missed-large"));
    Observed.requireSame(first.resolve("missed-large"), second.resolve("missed-large"));
    print(
        "catching up with 1 GiB: ready %.2f s after its start, level %.2f s after that: %.0f MiB/s;"
            + " rsync %.2f s",
        (ready - start) / 1e9,
        (there - ready) / 1e9,
        LARGE_MEBIBYTES / ((there - ready) / 1e9),
        reference.seconds());
  }

  /** The second reference, by itself: its two nodes would share the processors with ours. */
  private void syncthing() throws Exception {
    if (!SyncthingPair.isInstalled()) {
      print("syncthing is not installed: no second reference");
      return;
    }
    try (SyncthingPair pair = SyncthingPair.start(disk)) {
      double[] took = new double[FEW_SAMPLES];
      for (int i = 0; i < FEW_SAMPLES; i++) {
        byte[] data = writer.bytes(4096);
        Files.write(pair.first().resolve("f" + i), data);
        long written = System.nanoTime();
        took[i] = (Observed.file(pair.second().resolve("f" + i), data) - written) / 1e6;
      }
      Arrays.sort(took);
      print(
          "syncthing: one 4 KiB file p50 %.0f ms, max %.0f ms",
          took[FEW_SAMPLES / 2], took[FEW_SAMPLES - 1]);
      if (Files.exists(first.resolve("large"))) {
        print(
            "syncthing: 1 GiB file, behind the writer %.1f s",
            pair.copy(first.resolve("large"), "file", 1) / 1e9);
      }
      if (Files.exists(first.resolve("many"))) {
        int files = Objects.requireNonNull(first.resolve("many").toFile().list()).length;
        long nanos = pair.copy(first.resolve("many"), "f0", files);
        print("syncthing: %d files of 4-12 KiB, behind the writer %.1f s", files, nanos / 1e9);
      }
    }
  }

  private void idle() throws IOException {
    rest(Duration.ofSeconds(15));
    double[] before = {cpu(1), cpu(2)};
    rest(Duration.ofSeconds(IDLE_SECONDS));
    print(
        "idle for %d s: processor time %.2f s of the first, %.2f s of the second node",
        IDLE_SECONDS, cpu(1) - before[0], cpu(2) - before[1]);
  }

  private double cpu(int node) throws IOException {
    return NodeFigures.cpuSeconds(mesh.node(node).pid());
  }

  private static void rest(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }

  private void memory() throws IOException, InterruptedException {
    for (int i = 1; i <= 2; i++) {
      print(
          "node %d: resident at most %d MiB, heap %d MiB, processor time in all %.1f s",
          i,
          NodeFigures.peakResident(mesh.node(i).pid()) >> 20,
          NodeFigures.heap(mesh.node(i)) >> 20,
          cpu(i));
    }
  }

  private long traffic() throws IOException {
    return NodeFigures.peerBytes(mesh.node(1), mesh.node(2));
  }

  @SuppressWarnings("AnnotateFormatMethod") // a bad format shows at once
  static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }
}
