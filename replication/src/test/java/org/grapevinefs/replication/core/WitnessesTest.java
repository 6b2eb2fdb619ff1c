// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How long a node remembers what all held of a large content. */
class WitnessesTest {

  private static final Timestamp TIME = new Timestamp(1_700_000_000, 0);
  private static final Bytes DIGEST = Bytes.of(new byte[] {1, 2, 3});
  private static final long SIZE = 3 << 20;

  private final MemoryStore store = new MemoryStore();
  private final Witnesses witnesses = new Witnesses(store);
  private final Replica replica =
      Replica.open(
          store,
          "here",
          () -> Instant.ofEpochSecond(1_700_000_000),
          new Random(5),
          Limits.DEFAULT,
          true);
  private final FileId file = replica.newId();

  private Content.Regular write(long size) {
    List<ByteRange> all = List.of(new ByteRange(0, size));
    replica.version(file, size, TIME, List.of(), all, null, true, 0);
    return Objects.requireNonNull(replica.held(file));
  }

  private Content.Regular witnessed() {
    AttrsChange owned = AttrsChange.owned(0644, 1, 1);
    replica.create(file, FileId.ROOT, EntryName.of("a"), NewContent.empty(), owned, 0);
    Content.Regular content = write(SIZE);
    witnesses.put(file, content, DIGEST);
    return content;
  }

  private boolean hasRow() {
    return store.reader().get(Table.WITNESS, file.toBytes()) != null;
  }

  @Test
  void put_isFoundOfThatContentOnly() {
    Content.Regular content = witnessed();
    assertThat(witnesses.find(file, content)).isEqualTo(DIGEST);
    assertThat(witnesses.find(replica.newId(), content)).isNull();
    Dot other = new Dot(content.dot().origin(), content.dot().seq() + 1);
    assertThat(witnesses.find(file, content.stamped(other, content.clock()))).isNull();
  }

  @Test
  void put_changesNothingThatOthersSee() {
    long digest = replica.stateDigest();
    Content.Regular content = witnessed();
    long before = replica.stateDigest();
    Knowledge knowledge = replica.knowledge();
    witnesses.put(file, content, DIGEST);
    assertThat(before).isNotEqualTo(digest);
    assertThat(replica.stateDigest()).isEqualTo(before);
    assertThat(replica.knowledge()).isEqualTo(knowledge);
  }

  @Test
  void newContent_takesTheRowOut() {
    Content.Regular content = witnessed();
    Content.Regular next = write(SIZE + 1);
    assertThat(witnesses.find(file, content)).isNull();
    assertThat(witnesses.find(file, next)).isNull();
    assertThat(hasRow()).isFalse();
  }

  @Test
  void sameContentNotedAgain_keepsTheRow() {
    Content.Regular content = witnessed();
    replica.held(file, content);
    assertThat(hasRow()).isTrue();
  }

  @Test
  void fileThatGoes_takesTheRowOut() {
    witnessed();
    replica.unlink(FileId.ROOT, EntryName.of("a"), 0);
    assertThat(hasRow()).isFalse();
  }

  @Test
  void row_bytes_areAsDocumented() {
    Dot dot = new Dot(new Origin(0x0102030405060708L), 9);
    Content.Regular content =
        new Content.Regular(dot, 1, TIME, SIZE, RangeMap.written(SIZE, dot), null);
    witnesses.put(file, content, DIGEST);
    byte[] row = Objects.requireNonNull(store.reader().get(Table.WITNESS, file.toBytes()));
    assertThat(HexFormat.of().formatHex(row))
        .isEqualTo("01" + "0a0b0908070605040302011009" + "108080c001" + "1a03010203");
  }
}
