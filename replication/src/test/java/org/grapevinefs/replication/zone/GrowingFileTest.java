// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.PendingContent;
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

/** A file that changes at its writer while another member fetches it. */
final class GrowingFileTest {

  private static final Caller ROOT = Caller.of(0, 0);
  private static final Duration MOST = Duration.ofSeconds(20);
  private static final int MIB = 1 << 20;

  @TempDir Path folder;
  private final Random random = new Random(5);
  private ZoneFolder originals;
  private ZoneFolder copies;
  private LocalZone writer;
  private LocalZone reader;
  private FileId file;

  @BeforeEach
  void open() throws Exception {
    originals = new ZoneFolder(new DirectoryVolume(folder.resolve("writer")), "writer");
    writer = originals.open(ZoneSettings.DEFAULT);
    copies = new ZoneFolder(new DirectoryVolume(folder.resolve("reader")), "reader");
    reader = copies.open(ZoneSettings.DEFAULT);
    CreateMode mode = new CreateMode.Guarded();
    EntryName name = EntryName.of("file");
    file = writer.create(ROOT, FileId.ROOT, name, mode, SetAttributes.mode(0644)).attributes().id();
    write(0, 8 * MIB);
    ConvergenceContract.take(reader, writer, 0);
  }

  @AfterEach
  void close() throws Exception {
    writer.close();
    reader.close();
  }

  private void write(long offset, int length) throws Exception {
    byte[] data = new byte[length];
    random.nextBytes(data);
    writer.opened(file, OpenMode.WRITE);
    for (int at = 0; at < length; at += MIB) {
      ByteBuffer part = ByteBuffer.wrap(data, at, Math.min(MIB, length - at));
      writer.write(ROOT, file, offset + at, part, Stability.UNSTABLE);
    }
    writer.closed(file, OpenMode.WRITE);
  }

  private ContentSink stage() throws Exception {
    List<PendingContent> pending = reader.pending(10);
    assertThat(pending).hasSize(1);
    return Objects.requireNonNull(reader.stage(pending.getFirst()));
  }

  private void fetch(ContentSink sink, int stretches) throws Exception {
    for (ZoneReplica.Stretch stretch : sink.missing().stream().limit(stretches).toList()) {
      ByteBuffer data = ByteBuffer.allocate((int) stretch.range().length());
      assertThat(writer.read(file, stretch, data)).isTrue();
      sink.put(stretch, data.flip());
    }
  }

  private static long missing(ContentSink sink) {
    return sink.missing().stream().mapToLong(stretch -> stretch.range().length()).sum();
  }

  private void finish(ContentSink sink) throws Exception {
    fetch(sink, Integer.MAX_VALUE);
    assertThat(sink.finish()).isEqualTo(ContentSink.Outcome.HELD);
    assertThat(reader.settle(MOST)).isTrue();
    Path original = originals.files().resolve("file");
    assertThat(Files.mismatch(original, copies.files().resolve("file"))).isEqualTo(-1);
  }

  @Test
  void grown_whileFetched_goesOnWithWhatCame() throws Exception {
    ContentSink older = stage();
    fetch(older, 12);
    older.close();
    write(8 * MIB, 4 * MIB);
    ConvergenceContract.take(reader, writer, 0);
    ContentSink newer = stage();
    assertThat(missing(newer)).isEqualTo(12 * MIB - 12 * ZoneReplica.MAX_STRETCH);
    finish(newer);
  }

  @Test
  void grown_whenWholeButNotShown_needsOnlyTheNewBytes() throws Exception {
    ContentSink older = stage();
    fetch(older, Integer.MAX_VALUE);
    write(8 * MIB, 4 * MIB);
    ConvergenceContract.take(reader, writer, 0);
    assertThat(older.finish()).isEqualTo(ContentSink.Outcome.HELD);
    assertThat(reader.settle(MOST)).isFalse();
    ContentSink newer = stage();
    assertThat(missing(newer)).isEqualTo(4 * MIB);
    finish(newer);
  }

  @Test
  void overwritten_whereBytesCame_fetchesThoseAgain() throws Exception {
    ContentSink older = stage();
    fetch(older, 12);
    older.close();
    write(MIB, 100_000);
    ConvergenceContract.take(reader, writer, 0);
    ContentSink newer = stage();
    assertThat(missing(newer)).isGreaterThan(8 * MIB - 12 * ZoneReplica.MAX_STRETCH);
    finish(newer);
  }

  @Test
  void cutAndGrownAgain_whileFetched_hasNothingOfTheOldEnd() throws Exception {
    ContentSink older = stage();
    fetch(older, 20);
    older.close();
    writer.setattr(ROOT, file, SetAttributes.size(2 * MIB));
    writer.setattr(ROOT, file, SetAttributes.size(9 * MIB));
    write(9 * MIB, MIB);
    ConvergenceContract.take(reader, writer, 0);
    finish(stage());
  }

  @Test
  void olderTransfer_afterItsBytesWereTakenOver_putsNoMore() throws Exception {
    ContentSink older = stage();
    ZoneReplica.Stretch late = older.missing().getFirst();
    fetch(older, 1);
    write(0, MIB);
    ConvergenceContract.take(reader, writer, 0);
    ContentSink newer = stage();
    ByteBuffer stale = ByteBuffer.allocate((int) late.range().length());
    assertThatThrownBy(() -> older.put(late, stale)).isInstanceOf(IOException.class);
    assertThat(older.finish()).isEqualTo(ContentSink.Outcome.OUTDATED);
    finish(newer);
  }
}
