// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.grapevinefs.replication.core.ByteRange;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.RangeMap;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.CreateMode;
import org.grapevinefs.replication.fs.OpenMode;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.Stability;
import org.grapevinefs.replication.volume.DirectoryVolume;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes of a version for another member, while somebody goes on writing to the file. */
final class ReadBesideTest {

  private static final Caller ROOT = Caller.of(0, 0);
  private static final int BLOCK = 64 << 10;
  private static final int BLOCKS = 64;
  private static final int ROUNDS = 100;

  @TempDir Path folder;
  private LocalZone zone;
  private FileId file;

  @BeforeEach
  void open() throws Exception {
    zone = new ZoneFolder(new DirectoryVolume(folder), "one").open(ZoneSettings.DEFAULT);
    EntryName name = EntryName.of("file");
    CreateMode mode = new CreateMode.Guarded();
    file = zone.create(ROOT, FileId.ROOT, name, mode, SetAttributes.mode(0644)).attributes().id();
    zone.opened(file, OpenMode.WRITE);
    for (int block = 0; block < BLOCKS; block++) {
      write(block, 0);
    }
    zone.commit(ROOT, file, 0, 0);
  }

  @AfterEach
  void close() throws Exception {
    zone.close();
  }

  private void write(int block, long value) throws Exception {
    ByteBuffer data = ByteBuffer.allocate(BLOCK);
    while (data.hasRemaining()) {
      data.putLong(value);
    }
    zone.write(ROOT, file, (long) block * BLOCK, data.flip(), Stability.UNSTABLE);
  }

  /** The change that gave a block its bytes, as the index has it. */
  private Dot dot(int block) {
    Content.Regular held = Objects.requireNonNull(zone.zone.replica.held(file));
    for (RangeMap.Range range : held.ranges().ranges()) {
      if (range.end() > (long) block * BLOCK) {
        return Objects.requireNonNull(range.dot());
      }
    }
    throw new AssertionError("no block " + block + " in " + held);
  }

  private boolean read(int first, int blocks, Dot dot, ByteBuffer into) throws Exception {
    ByteRange range = new ByteRange((long) first * BLOCK, (long) blocks * BLOCK);
    return zone.read(file, new ZoneReplica.Stretch(range, dot), into);
  }

  @Test
  void untouchedStretch_whileAWriterHasTheFile_isReadWithoutWaiting() throws Exception {
    write(1, 7);
    ByteBuffer into = ByteBuffer.allocate(BLOCK);
    try (OpenStates.Held held = zone.zone.files.alone(file)) {
      assertThat(held.state().dirty).isNotNull();
      CompletableFuture<Boolean> reading =
          CompletableFuture.supplyAsync(() -> {
            try {
              return read(3, 1, dot(3), into);
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          });
      assertThat(reading.get(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(into.position()).isEqualTo(BLOCK);
  }

  @Test
  void touchedStretch_isNotServedAsItsVersion() throws Exception {
    Dot before = dot(1);
    write(1, 7);
    assertThat(read(1, 1, before, ByteBuffer.allocate(BLOCK))).isFalse();
  }

  @Test
  void stretch_whileItIsWrittenOver_isThatOfItsVersionOrNone() throws Exception {
    Map<Dot, Long> written = new ConcurrentHashMap<>();
    Map<Dot, Set<Long>> read = new HashMap<>();
    CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> write(written));
    ByteBuffer into = ByteBuffer.allocateDirect((BLOCKS - 1) * BLOCK);
    while (!writing.isDone()) {
      Dot dot = dot(0);
      if (read(0, BLOCKS - 1, dot, into.clear())) {
        Set<Long> values = read.computeIfAbsent(dot, key -> new HashSet<>());
        for (int at = 0; at < into.limit(); at += BLOCK) {
          values.add(into.getLong(at));
        }
      }
    }
    writing.get();
    assertThat(read).isNotEmpty();
    read.forEach((dot, values) -> assertThat(values).containsOnly(written.getOrDefault(dot, 0L)));
  }

  /**
   * Writes over the last block for a while, so that all others can be read beside, and then over
   * those, before each version.
   */
  private void write(Map<Dot, Long> written) {
    try {
      for (long round = 1; round <= ROUNDS; round++) {
        for (int i = 0; i < BLOCKS; i++) {
          write(BLOCKS - 1, round);
        }
        for (int block = 0; block < BLOCKS - 1; block++) {
          write(block, round);
        }
        zone.commit(ROOT, file, 0, 0);
        written.put(dot(0), round);
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
