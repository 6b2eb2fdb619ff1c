// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.ConflictCopy;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.Limits;
import org.grapevinefs.replication.core.MergedContent;
import org.grapevinefs.replication.core.Replica;
import org.grapevinefs.replication.core.Timestamp;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.index.RocksStore;
import org.grapevinefs.replication.merge.MergeRules;
import org.grapevinefs.replication.volume.DirectoryVolume;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two members of a zone that merges some of its files. */
class MergingTest {

  private static final Caller ROOT = Caller.of(0, 0);
  private static final Duration LONGEST = Duration.ofSeconds(60);
  private static final ZoneSettings MERGING =
      ZoneSettings.DEFAULT.withMerges(
          new MergeRules(List.of("*.jsonl"), List.of("*.md"), MergeRules.DEFAULT_KEY));

  private static final String BASE =
      """
      {"id": 1, "do": "buy malt", "done": false}
      {"id": 2, "do": "wash kegs", "done": false}
      """;

  @TempDir Path folder;
  private ZoneFolder homeA;
  private ZoneFolder homeB;
  private LocalZone a;
  private LocalZone b;

  @BeforeEach
  void open() throws Exception {
    homeA = new ZoneFolder(new DirectoryVolume(folder.resolve("a")), "anna");
    homeB = new ZoneFolder(new DirectoryVolume(folder.resolve("b")), "bert");
    a = homeA.open(MERGING);
    b = homeB.open(MERGING);
  }

  @AfterEach
  void close() throws Exception {
    a.close();
    b.close();
  }

  private void meet() throws Exception {
    ConvergenceContract.pull(a, b);
    ConvergenceContract.pull(b, a);
  }

  /** Lets both meet until they are equal and show so many files. */
  private void converge(int files) {
    await()
        .atMost(LONGEST)
        .untilAsserted(() -> {
          meet();
          assertThat(a.status().stateDigest()).isEqualTo(b.status().stateDigest());
          assertThat(a.settle(LONGEST) && b.settle(LONGEST)).isTrue();
          assertThat(names(homeA)).hasSize(files).isEqualTo(names(homeB));
        });
  }

  private static List<String> names(ZoneFolder home) throws Exception {
    try (Stream<Path> files = Files.list(home.files())) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private String shown(String name) throws Exception {
    String one = Files.readString(homeA.files().resolve(name));
    assertThat(Files.readString(homeB.files().resolve(name))).isEqualTo(one);
    return one;
  }

  private FileId shared(String name, String text) throws Exception {
    FileId file = ConvergenceContract.write(a, FileId.ROOT, name, text);
    converge(1);
    return file;
  }

  /** As many programs save: a new file, moved over the old one. */
  private static void saveOver(LocalZone zone, String name, String text) throws Exception {
    ConvergenceContract.write(zone, FileId.ROOT, name + ".new", text);
    zone.rename(ROOT, FileId.ROOT, EntryName.of(name + ".new"), FileId.ROOT, EntryName.of(name));
  }

  private static final String BY_ANNA = BASE.replace("\"done\": false}\n{", "\"done\": true}\n{");
  private static final String BY_BERT =
      BASE.replace("buy malt", "buy hops") + "{\"id\": 3, \"do\": \"rest\"}\n";
  private static final String MERGED =
      """
      {"id":1,"do":"buy hops","done":true}
      {"id": 2, "do": "wash kegs", "done": false}
      {"id": 3, "do": "rest"}
      """;

  @Test
  void records_writtenInPlaceApart_areOneFileAgain() throws Exception {
    FileId file = shared("list.jsonl", BASE);
    ConvergenceContract.overwrite(a, file, BY_ANNA);
    ConvergenceContract.overwrite(b, file, BY_BERT);
    converge(1);
    assertThat(shown("list.jsonl")).isEqualTo(MERGED);
    assertThat(a.status().counts().conflicts()).isZero();
    List<String> news = new ArrayList<>(a.takeNews());
    news.addAll(b.takeNews());
    assertThat(news).isNotEmpty().allMatch(one -> one.startsWith("list.jsonl: the changes of "));
  }

  @Test
  void records_savedByMovingOverTheOldFileApart_areOneFileAgain() throws Exception {
    shared("list.jsonl", BASE);
    saveOver(a, "list.jsonl", BY_ANNA);
    saveOver(b, "list.jsonl", BY_BERT);
    converge(1);
    assertThat(shown("list.jsonl")).isEqualTo(MERGED);
  }

  @Test
  void records_savedInTwoWaysApart_areOneFileAgain() throws Exception {
    FileId file = shared("list.jsonl", BASE);
    ConvergenceContract.overwrite(a, file, BY_ANNA);
    saveOver(b, "list.jsonl", BY_BERT);
    converge(1);
    assertThat(shown("list.jsonl")).isEqualTo(MERGED);
  }

  @Test
  void manyVersionsApart_areMergedFromWhereTheyParted() throws Exception {
    FileId file = shared("list.jsonl", BASE);
    for (int i = 10; i < 60; i++) {
      ConvergenceContract.overwrite(a, file, BASE + "{\"id\": " + i + "}\n");
    }
    ConvergenceContract.overwrite(a, file, BY_ANNA);
    saveOver(b, "list.jsonl", BASE);
    saveOver(b, "list.jsonl", BY_BERT);
    converge(1);
    assertThat(shown("list.jsonl")).isEqualTo(MERGED);
  }

  @Test
  void mergedFile_editedApartAgain_isMergedAgain() throws Exception {
    FileId file = shared("list.jsonl", BASE);
    for (int round = 10; round < 13; round++) {
      String now = Files.readString(homeA.files().resolve("list.jsonl"));
      ConvergenceContract.overwrite(a, file, now + "{\"id\": " + round + "}\n");
      ConvergenceContract.overwrite(b, file, now + "{\"id\": \"b" + round + "\"}\n");
      converge(1);
    }
    assertThat(shown("list.jsonl").lines()).hasSize(8).doesNotHaveDuplicates();
  }

  @Test
  void text_changesThatDoNotTouch_areMerged() throws Exception {
    String base = "one\ntwo\nthree\nfour\nfive\n";
    FileId file = shared("notes.md", base);
    ConvergenceContract.overwrite(a, file, base.replace("one", "ONE"));
    saveOver(b, "notes.md", base + "six\n");
    converge(1);
    assertThat(shown("notes.md")).isEqualTo("ONE\ntwo\nthree\nfour\nfive\nsix\n");
  }

  @Test
  void text_sameLineChanged_isKeptTwice() throws Exception {
    FileId file = shared("notes.md", "one\ntwo\n");
    ConvergenceContract.overwrite(a, file, "one\nTWO\n");
    ConvergenceContract.overwrite(b, file, "one\n2\n");
    converge(2);
    assertThat(a.takeNews()).isEmpty();
    assertThat(b.conflicts(10)).hasSize(1);
  }

  @Test
  void recordsThatAreNone_andFilesOfOtherNames_areKeptTwice() throws Exception {
    FileId broken = shared("list.jsonl", BASE);
    FileId other = ConvergenceContract.write(a, FileId.ROOT, "list.json", BASE);
    converge(2);
    ConvergenceContract.overwrite(a, broken, BASE + "no record\n");
    ConvergenceContract.overwrite(b, broken, BY_BERT);
    ConvergenceContract.overwrite(a, other, BY_ANNA);
    ConvergenceContract.overwrite(b, other, BY_BERT);
    converge(4);
  }

  @Test
  void filesMadeApartUnderOneName_areKeptTwice() throws Exception {
    ConvergenceContract.write(a, FileId.ROOT, "list.jsonl", BY_ANNA);
    ConvergenceContract.write(b, FileId.ROOT, "list.jsonl", BY_BERT);
    converge(2);
  }

  /** Cut off after the index knows of the merged content, and before its file is in its place. */
  @Test
  void crash_beforeTheMergedContentShows_losesNothing() throws Exception {
    FileId file = shared("list.jsonl", BASE);
    ConvergenceContract.overwrite(a, file, BY_ANNA);
    ConvergenceContract.overwrite(b, file, BY_BERT);
    a.reconfigure(ZoneSettings.DEFAULT);
    b.reconfigure(ZoneSettings.DEFAULT);
    converge(2);
    a.abandon();
    noteMerged(file, MERGED);
    a = homeA.open(ZoneSettings.DEFAULT);
    converge(1);
    assertThat(shown("list.jsonl")).isEqualTo(MERGED);
  }

  private void noteMerged(FileId file, String text) throws Exception {
    byte[] merged = text.getBytes(StandardCharsets.UTF_8);
    Path index;
    try (Stream<Path> all = Files.walk(folder.resolve("a"))) {
      Path found = all.filter(path -> path.endsWith("index")).findFirst().orElseThrow();
      index = Objects.requireNonNull(found.getParent());
    }
    try (RocksStore store = RocksStore.open(index.resolve("index"))) {
      Replica replica =
          Replica.open(store, "anna", InstantSource.system(), new Random(1), Limits.DEFAULT, true);
      ConflictCopy copy = replica.conflicts(1).getFirst();
      replica.merge(
          new MergedContent(
              file,
              Objects.requireNonNull(copy.original().content()),
              file,
              Objects.requireNonNull(copy.entry().content()),
              merged.length,
              new Timestamp(1_700_000_000, 0),
              Versions.hash(merged),
              Bytes.of(new byte[0]),
              Bytes.of(new byte[0])));
    }
    Files.write(index.resolve("staging").resolve(Staging.MERGED + file + "-1"), merged);
    Files.write(index.resolve("staging").resolve(Staging.MERGED + file + "-2"), new byte[3]);
  }
}
