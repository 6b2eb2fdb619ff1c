// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How long a member keeps what a merged file was before. */
class AncestorsTest {

  private static final Timestamp TIME = new Timestamp(1_700_000_000, 0);
  private static final Instant LONG_AGO = Instant.EPOCH;
  private static final List<String> OTHERS = List.of("near", "away");

  private Instant now = Instant.ofEpochSecond(1_700_000_000);
  private final Replica replica =
      Replica.open(new MemoryStore(), "here", () -> now, new Random(5), Limits.DEFAULT, true);
  private final FileId file = replica.newId();

  private Dot write(byte... before) {
    Content.Regular held = Objects.requireNonNull(replica.held(file));
    List<ByteRange> all = List.of(new ByteRange(0, before.length + 1));
    replica.version(
        file,
        before.length + 1,
        TIME,
        List.of(),
        all,
        Bytes.of(new byte[] {(byte) before.length}),
        true,
        Trace.of(Bytes.of(before)),
        0);
    return held.dot();
  }

  private void create() {
    AttrsChange owned = AttrsChange.owned(0644, 1, 1);
    replica.create(file, FileId.ROOT, EntryName.of("a"), NewContent.empty(), owned, 0);
  }

  @Test
  void content_staysAsLongAsAMemberMayBuildOnIt() {
    create();
    Dot empty = write();
    replica.peerKnows("near", replica.knowledge());
    Dot one = write((byte) 1);
    replica.peerKnows("away", replica.knowledge());
    Dot two = write((byte) 1, (byte) 2);
    Dot three = write((byte) 1, (byte) 2, (byte) 3);
    replica.peerKnows("near", replica.knowledge());
    assertThat(replica.ancestor(two)).isEqualTo(Bytes.of(new byte[] {1, 2}));
    now = now.plus(Duration.ofHours(1));
    replica.purge(OTHERS, LONG_AGO);
    assertThat(replica.ancestor(empty)).isNull();
    assertThat(replica.ancestor(one)).isNull();
    assertThat(replica.ancestor(two)).isEqualTo(Bytes.of(new byte[] {1, 2}));
    assertThat(replica.ancestor(three)).isNull();
    replica.peerKnows("away", replica.knowledge());
    replica.purge(OTHERS, LONG_AGO);
    assertThat(replica.ancestor(two)).isNull();
  }

  @Test
  void content_justSuperseded_orOfAMemberNeverHeardOf_stays() {
    create();
    Dot empty = write();
    replica.peerKnows("near", replica.knowledge());
    replica.purge(List.of("near"), LONG_AGO);
    assertThat(replica.ancestor(empty)).isNotNull();
    now = now.plus(Duration.ofHours(1));
    replica.purge(OTHERS, LONG_AGO);
    assertThat(replica.ancestor(empty)).isNotNull();
    replica.purge(OTHERS, now);
    assertThat(replica.ancestor(empty)).isNull();
  }

  @Test
  void content_isFoundByTheLineageOfWhatWasMadeFromIt() {
    create();
    write();
    Dot one = write((byte) 1);
    Content.Regular held = Objects.requireNonNull(replica.held(file));
    assertThat(held.lineage().has(one)).isTrue();
    assertThat(replica.ancestor(one)).isEqualTo(Bytes.of(new byte[] {1}));
  }

  @Test
  void contentOfManyChanges_isBounded_withoutWaitingForAPurge() {
    create();
    byte[] mebibyte = new byte[1 << 20];
    Dot first = write(mebibyte);
    Dot last = first;
    for (int i = 0; i < 200; i++) {
      now = now.plusMillis(10);
      last = write(mebibyte);
    }
    assertThat(replica.ancestor(first)).isNull();
    assertThat(replica.ancestor(last)).isNotNull();
  }
}
