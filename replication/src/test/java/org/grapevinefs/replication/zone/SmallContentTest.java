// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.Knowledge;
import org.grapevinefs.replication.core.PendingContent;
import org.grapevinefs.replication.volume.DirectoryVolume;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small contents: which ride along in a pull, and those that are fetched. */
final class SmallContentTest {

  private static final Duration MOST = Duration.ofSeconds(20);

  @TempDir Path folder;
  private ZoneFolder originals;
  private ZoneFolder copies;
  private LocalZone writer;
  private LocalZone reader;

  @BeforeEach
  void open() throws Exception {
    originals = new ZoneFolder(new DirectoryVolume(folder.resolve("writer")), "writer");
    writer = originals.open(ZoneSettings.DEFAULT);
    copies = new ZoneFolder(new DirectoryVolume(folder.resolve("reader")), "reader");
    reader = copies.open(ZoneSettings.DEFAULT);
  }

  @AfterEach
  void close() throws Exception {
    writer.close();
    reader.close();
  }

  private FileId write(String name, String text) throws Exception {
    return ConvergenceContract.write(writer, FileId.ROOT, name, text);
  }

  private ContentSink sink() throws Exception {
    List<PendingContent> pending = reader.pending(10);
    assertThat(pending).hasSize(1);
    return Objects.requireNonNull(reader.stage(pending.getFirst()));
  }

  private boolean isWorkshopEmpty() throws IOException {
    try (Stream<Path> all = Files.walk(folder.resolve("reader"))) {
      return all.noneMatch(path -> path.getFileName().toString().startsWith("c-"));
    }
  }

  private void put(ContentSink sink, String text) throws IOException {
    for (ZoneReplica.Stretch stretch : sink.missing()) {
      sink.put(stretch, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }
  }

  @Test
  void answerToMuch_bringsTheContentsOfTheNewestOnly() throws Exception {
    Map<FileId, Integer> order = new HashMap<>();
    for (int i = 0; i < 10; i++) {
      order.put(write("f" + i, "content " + i), i);
    }
    List<Integer> riding = new ArrayList<>();
    try (ZoneReplica.Answer answer =
        writer.answer(Knowledge.NONE, false, 3 * ZoneReplica.MAX_INLINE)) {
      for (ZoneRecord one = answer.next(); one != null; one = answer.next()) {
        if (!one.inline().isEmpty()) {
          riding.add(order.get(one.inode().id()));
        }
      }
    }
    assertThat(riding).containsExactly(7, 8, 9);
  }

  @Test
  void fetched_showsWhenWhole() throws Exception {
    write("file", "some text");
    ConvergenceContract.take(reader, writer, 0);
    ContentSink sink = sink();
    assertThat(sink.finish()).isEqualTo(ContentSink.Outcome.INCOMPLETE);
    put(sink, "some text");
    assertThat(sink.missing()).isEmpty();
    assertThat(sink.finish()).isEqualTo(ContentSink.Outcome.HELD);
    assertThat(reader.settle(MOST)).isTrue();
    assertThat(copies.files().resolve("file")).hasContent("some text");
    assertThat(reader.pending(10)).isEmpty();
  }

  @Test
  void otherBytesThanTheVersions_areNotTaken() throws Exception {
    write("file", "some text");
    ConvergenceContract.take(reader, writer, 0);
    ContentSink wrong = sink();
    put(wrong, "SOME TEXT");
    assertThat(wrong.finish()).isEqualTo(ContentSink.Outcome.WRONG_BYTES);
    assertThat(Files.exists(copies.files().resolve("file"))).isFalse();
    ContentSink right = sink();
    put(right, "some text");
    assertThat(right.finish()).isEqualTo(ContentSink.Outcome.HELD);
    assertThat(reader.settle(MOST)).isTrue();
    assertThat(copies.files().resolve("file")).hasContent("some text");
  }

  @Test
  void stretchOfAnotherLength_isRefused() throws Exception {
    write("file", "some text");
    ConvergenceContract.take(reader, writer, 0);
    ContentSink sink = sink();
    assertThatThrownBy(() -> put(sink, "some")).isInstanceOf(IOException.class);
    assertThat(sink.finish()).isEqualTo(ContentSink.Outcome.INCOMPLETE);
  }

  @Test
  void fetchedTwice_leavesOneFile() throws Exception {
    write("file", "some text");
    ConvergenceContract.take(reader, writer, 0);
    ContentSink one = sink();
    ContentSink other = sink();
    put(one, "some text");
    put(other, "some text");
    assertThat(one.finish()).isEqualTo(ContentSink.Outcome.HELD);
    other.finish();
    assertThat(reader.settle(MOST)).isTrue();
    assertThat(copies.files().resolve("file")).hasContent("some text");
    assertThat(other.finish()).isEqualTo(ContentSink.Outcome.OUTDATED);
  }

  @Test
  void supersededWhileFetched_neverShows() throws Exception {
    FileId file = write("file", "some text");
    ConvergenceContract.take(reader, writer, 0);
    ContentSink older = sink();
    put(older, "some text");
    ConvergenceContract.overwrite(writer, file, "newer");
    ConvergenceContract.pull(reader, writer);
    assertThat(copies.files().resolve("file")).hasContent("newer");
    older.finish();
    assertThat(reader.settle(MOST)).isTrue();
    assertThat(copies.files().resolve("file")).hasContent("newer");
    await().atMost(MOST).until(this::isWorkshopEmpty);
    assertThat(copies.files().resolve("file")).hasContent("newer");
    try (Stream<Path> names = Files.list(copies.files())) {
      assertThat(names).hasSize(1);
    }
  }
}
