// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.benchmark;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntSupplier;
import org.grapevinefs.nfsgateway.client.Nfs4Client;
import org.grapevinefs.nfsgateway.client.Ops;
import org.grapevinefs.nfsgateway.client.Reply;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;

/** The writing side of the measurements: files over NFS, from one small client, as root. */
final class NfsWriter implements AutoCloseable {

  private static final int FILES_AT_ONCE = 32;
  private static final int CHUNKS_AT_ONCE = 8;
  private static final int CHUNK = 1 << 20;
  private static final int READ_AND_WRITE = 3;
  private static final int PUTROOTFH = 24;
  private static final int LOOKUP = 15;

  private final String zone;
  private final Nfs4Client client;
  private final Random random = new Random(42);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  NfsWriter(int port, String zone) throws IOException, BadXdrException {
    this.zone = zone;
    InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    client = Nfs4Client.connect(server, 1, "benchmark");
  }

  private Ops at(String folder) {
    return new Ops().path(zone + "/" + folder);
  }

  /** PUTROOTFH and the LOOKUPs of a folder's path, as their results stand in a reply. */
  private int[] pathOps(String folder) {
    int parts = (int) Arrays.stream(folder.split("/")).filter(part -> !part.isEmpty()).count();
    int[] ops = new int[parts + 2];
    Arrays.fill(ops, LOOKUP);
    ops[0] = PUTROOTFH;
    return ops;
  }

  void mkdir(String folder, String name) throws IOException, BadXdrException {
    client.run(at(folder).mkdir(name));
  }

  void rename(String folder, String from, String to) throws IOException, BadXdrException {
    client.run(at(folder).save().rename(from, to));
  }

  /** Bytes that no one can compress or has seen before. */
  byte[] bytes(int count) {
    byte[] data = new byte[count];
    random.nextBytes(data);
    return data;
  }

  /** Writes a small file whole: OPEN, WRITE and CLOSE. */
  void write(String folder, String name, byte[] data) throws IOException, BadXdrException {
    Reply made = client.run(at(folder).create(name, name, READ_AND_WRITE, 0).getHandle());
    made.skip(pathOps(folder));
    byte[] stateid = made.opened();
    byte[] handle = made.handle();
    client.run(new Ops().handle(handle).write(stateid, 0, 0, data).close(stateid));
  }

  private interface Work {
    void run() throws IOException, BadXdrException;
  }

  /** Work on many files, many at once. */
  private final class Crowd {
    private final Deque<CompletableFuture<?>> running = new ArrayDeque<>();

    void add(Work work) {
      running.add(
          CompletableFuture.runAsync(
              () -> {
                try {
                  work.run();
                } catch (IOException | BadXdrException e) {
                  throw new IllegalStateException(e);
                }
              },
              threads));
      if (running.size() >= FILES_AT_ONCE) {
        running.remove().join();
      }
    }

    void join() {
      while (!running.isEmpty()) {
        running.remove().join();
      }
    }
  }

  /** Writes files of 4 to 12 KiB, many at once. */
  void writeMany(String folder, String prefix, int first, int count) {
    writeMany(folder, prefix, first, count, () -> 4096 + random.nextInt(8192));
  }

  /** Writes files of given sizes, many at once. */
  void writeMany(String folder, String prefix, int first, int count, IntSupplier size) {
    Crowd crowd = new Crowd();
    for (int i = first; i < first + count; i++) {
      byte[] data = bytes(size.getAsInt());
      String name = prefix + i;
      crowd.add(() -> write(folder, name, data));
    }
    crowd.join();
  }

  void removeMany(String folder, String prefix, int first, int count) {
    Crowd crowd = new Crowd();
    for (int i = first; i < first + count; i++) {
      String name = prefix + i;
      crowd.add(() -> client.run(at(folder).remove(name)));
    }
    crowd.join();
  }

  /** Writes a large file, every MiB of it another, and commits it. */
  void writeLarge(String folder, String name, int mebibytes) throws IOException, BadXdrException {
    byte[] chunk = bytes(CHUNK);
    Reply made = client.run(at(folder).create(name, name, READ_AND_WRITE, 0).getHandle());
    made.skip(pathOps(folder));
    byte[] stateid = made.opened();
    byte[] handle = made.handle();
    Deque<CompletableFuture<?>> running = new ArrayDeque<>();
    for (int i = 0; i < mebibytes; i++) {
      ByteBuffer.wrap(chunk).putInt(i + 1);
      long offset = (long) i * CHUNK;
      running.add(client.start(new Ops().handle(handle).write(stateid, offset, 0, chunk.clone())));
      if (running.size() >= CHUNKS_AT_ONCE) {
        running.remove().join();
      }
    }
    while (!running.isEmpty()) {
      running.remove().join();
    }
    client.run(new Ops().handle(handle).commit(0, 0).close(stateid));
  }

  /** Overwrites a part of a file that is there, and commits it. */
  void overwrite(String folder, String name, long offset, byte[] data)
      throws IOException, BadXdrException {
    Reply opened = client.run(at(folder).open(name, name, READ_AND_WRITE, 0).getHandle());
    opened.skip(pathOps(folder));
    byte[] stateid = opened.opened();
    byte[] handle = opened.handle();
    client.run(
        new Ops().handle(handle).write(stateid, offset, 0, data).commit(0, 0).close(stateid));
  }

  /** A file that is open. */
  record Opened(byte[] handle, byte[] stateid) {}

  /** Makes a file and leaves it open. */
  Opened open(String folder, String name) throws IOException, BadXdrException {
    Reply made = client.run(at(folder).create(name, name, READ_AND_WRITE, 0).getHandle());
    made.skip(pathOps(folder));
    byte[] stateid = made.opened();
    return new Opened(made.handle(), stateid);
  }

  /** Writes to a file that is open. */
  void write(Opened file, long offset, byte[] data) throws IOException, BadXdrException {
    client.run(new Ops().handle(file.handle).write(file.stateid, offset, 0, data));
  }

  /** Closes a file. */
  void close(Opened file) throws IOException, BadXdrException {
    client.run(new Ops().handle(file.handle).close(file.stateid));
  }

  @Override
  public void close() throws IOException {
    threads.close();
    client.close();
  }
}
