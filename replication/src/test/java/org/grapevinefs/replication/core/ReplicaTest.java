// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ReplicaTest {

  private static final AttrsChange OWNED = AttrsChange.owned(0644, 1, 1);
  private static final Timestamp TIME = new Timestamp(1_700_000_000, 0);

  private final Random random = new Random(5);
  private final MemoryStore leftStore = new MemoryStore();
  private final Replica left = open(leftStore, "left");
  private final Replica right = open(new MemoryStore(), "right");

  private Replica open(ReplicaStore store, String name) {
    return Replica.open(
        store, name, () -> Instant.ofEpochSecond(1_700_000_000), random, Limits.DEFAULT, true);
  }

  private static FileId file(Replica replica, String name) {
    FileId id = replica.newId();
    replica.create(id, FileId.ROOT, EntryName.of(name), NewContent.empty(), OWNED, 0);
    return id;
  }

  private static void write(Replica replica, FileId id, long size) {
    List<ByteRange> all = List.of(new ByteRange(0, size));
    replica.version(id, size, TIME, List.of(), all, null, true, 0);
  }

  private static PullHeader.Mode pull(Replica to, Replica from) {
    Knowledge asked = to.knowledge();
    try (Answer answer = from.answer(asked, false);
        PullSession session = to.begin(answer.header(), asked)) {
      while (answer.hasNext()) {
        session.add(answer.header().response(), answer.next());
      }
      session.commit();
      new FakeDisk(to).settleAll();
      return answer.header().mode();
    }
  }

  private static List<String> names(Replica replica) {
    return replica.children(FileId.ROOT, 0, 100).stream()
        .map(entry -> entry.name().toString())
        .sorted()
        .toList();
  }

  @Test
  void write_apart_keepsBothAndShowsTheLaterUnderTheName() {
    FileId id = file(left, "a.txt");
    pull(right, left);
    write(left, id, 10);
    write(right, id, 20);
    write(right, id, 21);
    pull(right, left);
    pull(left, right);
    assertThat(names(left)).hasSize(2).isEqualTo(names(right));
    assertThat(left.counts().conflicts()).isEqualTo(1);
    assertThat(Objects.requireNonNull(left.shown(id)).size()).isEqualTo(21);
    ConflictCopy copy = left.conflicts(10).getFirst();
    assertThat(copy.author().node()).isEqualTo("left");
    assertThat(Objects.requireNonNull(left.shown(copy.entry().shown())).size()).isEqualTo(10);
  }

  @Test
  void versionDirectories_laterThanTheChange_leavesBothTimes() {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.ofEpochSecond(1_700_000_000));
    Replica replica =
        Replica.open(new MemoryStore(), "slow", now::get, random, Limits.DEFAULT, true);
    now.set(Instant.ofEpochSecond(1_700_000_010));
    file(replica, "a");
    now.set(Instant.ofEpochSecond(1_700_000_020));
    Shown before = Objects.requireNonNull(replica.shown(FileId.ROOT));
    assertThat(replica.versionDirectories(10)).isEqualTo(1);
    Shown after = Objects.requireNonNull(replica.shown(FileId.ROOT));
    assertThat(before.changed()).isEqualTo(new Timestamp(1_700_000_010, 0));
    assertThat(after.changed()).isEqualTo(before.changed());
    assertThat(after.modified()).isEqualTo(before.modified());
    assertThat(after.change()).isEqualTo(before.change());
    pull(right, replica);
    assertThat(Objects.requireNonNull(right.shown(FileId.ROOT)).modified())
        .isEqualTo(before.modified());
  }

  @Test
  void unlink_sibling_dropsThatVersionEverywhere() {
    FileId id = conflict();
    Entry copy = left.conflicts(1).getFirst().entry();
    left.unlink(copy.directory(), copy.name(), 0);
    pull(right, left);
    assertThat(names(right)).containsExactly("a.txt");
    assertThat(Objects.requireNonNull(right.inode(id)).contents()).hasSize(1);
    assertThat(right.stateDigest()).isEqualTo(left.stateDigest());
  }

  @Test
  void rename_sibling_makesItAFileOfItsOwn() {
    conflict();
    Entry copy = left.conflicts(1).getFirst().entry();
    left.rename(copy.directory(), copy.name(), FileId.ROOT, EntryName.of("mine.txt"), 0);
    pull(right, left);
    assertThat(names(right)).containsExactly("a.txt", "mine.txt");
    Entry mine = Objects.requireNonNull(right.lookup(FileId.ROOT, EntryName.of("mine.txt")));
    assertThat(mine.isSibling()).isFalse();
    assertThat(mine.shown()).isEqualTo(copy.shown());
  }

  @Test
  void unlink_winner_keepsTheOtherVersionAsAFile() {
    conflict();
    String copy = left.conflicts(1).getFirst().entry().name().toString();
    left.unlink(FileId.ROOT, EntryName.of("a.txt"), 0);
    pull(right, left);
    assertThat(names(left)).containsExactly(copy);
    assertThat(names(right)).containsExactly(copy);
  }

  private FileId conflict() {
    FileId id = file(left, "a.txt");
    pull(right, left);
    write(left, id, 10);
    write(right, id, 20);
    pull(right, left);
    pull(left, right);
    return id;
  }

  @Test
  void unlink_besideEdit_fileLives() {
    FileId id = file(left, "a.txt");
    pull(right, left);
    left.unlink(FileId.ROOT, EntryName.of("a.txt"), 0);
    write(right, id, 5);
    pull(left, right);
    pull(right, left);
    assertThat(names(left)).containsExactly("a.txt");
    assertThat(names(right)).containsExactly("a.txt");
  }

  @Test
  void rmdir_besideCreateInIt_directoryLives() {
    FileId dir = left.newId();
    left.create(dir, FileId.ROOT, EntryName.of("d"), new NewContent.Directory(), OWNED, 0);
    pull(right, left);
    left.rmdir(FileId.ROOT, EntryName.of("d"), 0);
    FileId id = right.newId();
    right.create(id, dir, EntryName.of("f"), NewContent.empty(), OWNED, 0);
    pull(left, right);
    assertThat(left.lookup(dir, EntryName.of("f"))).isNotNull();
    assertThat(names(left)).containsExactly("d");
  }

  @Test
  void answer_afterPurge_isFullAndDeletesWhatItLacks() {
    Replica late = open(new MemoryStore(), "late");
    FileId id = file(left, "a.txt");
    pull(right, left);
    pull(late, left);
    left.unlink(FileId.ROOT, EntryName.of("a.txt"), 0);
    pull(right, left);
    left.peerKnows("right", right.knowledge());
    right.peerKnows("left", left.knowledge());
    assertThat(left.purge(List.of("right"), Instant.EPOCH)).isEqualTo(1);
    assertThat(right.purge(List.of("left"), Instant.EPOCH)).isEqualTo(1);
    assertThat(left.inode(id)).isNull();
    file(late, "own.txt");
    assertThat(pull(late, left)).isEqualTo(PullHeader.Mode.FULL);
    assertThat(names(late)).containsExactly("own.txt");
    assertThat(pull(right, late)).isEqualTo(PullHeader.Mode.DELTA);
    assertThat(names(right)).containsExactly("own.txt");
  }

  @Test
  void session_shortOrMixed_changesNothing() {
    file(left, "a.txt");
    file(left, "b.txt");
    try (Answer answer = left.answer(right.knowledge(), false)) {
      PullSession session = right.begin(answer.header());
      Inode one = answer.next();
      session.add(answer.header().response(), one);
      assertThatThrownBy(() -> session.add(answer.header().response() + 1, one))
          .isInstanceOf(ReplicaException.class);
      assertThatThrownBy(session::commit).isInstanceOf(ReplicaException.class);
    }
    assertThat(right.knowledge()).isEqualTo(Knowledge.NONE);
    assertThat(right.inodes()).isEmpty();
  }

  @Test
  void open_afterCrash_takesNewOriginAndAfterCleanStopKeepsIt() {
    file(left, "a.txt");
    left.sync();
    Origin before = left.origin();
    Replica crashed = open(leftStore.crash(0), "left");
    assertThat(crashed.origin()).isNotEqualTo(before);
    assertThat(names(crashed)).containsExactly("a.txt");
    left.close();
    assertThat(open(leftStore.copy(), "left").origin()).isEqualTo(before);
  }

  @Test
  void begin_peerKnowsMoreOfMyOrigin_takesNewOriginAndKeepsOwnWork() {
    file(left, "a.txt");
    left.close();
    MemoryStore backup = leftStore.copy();
    Replica current = open(leftStore, "left");
    file(current, "after-backup.txt");
    file(current, "more.txt");
    file(current, "again.txt");
    pull(right, current);
    Replica restored = open(backup, "left");
    FileId own = file(restored, "own.txt");
    write(restored, own, 3);
    assertThatThrownBy(() -> pull(restored, right)).isInstanceOf(ReplicaException.class);
    pull(restored, right);
    assertThat(restored.takeAlarms()).hasSize(1);
    assertThat(names(restored))
        .containsExactly("a.txt", "after-backup.txt", "again.txt", "more.txt", "own.txt");
    pull(right, restored);
    assertThat(names(right)).isEqualTo(names(restored));
    assertThat(right.stateDigest()).isEqualTo(restored.stateDigest());
  }

  @Test
  void answer_equalReplicas_isEmpty() {
    file(left, "a.txt");
    pull(right, left);
    try (Answer answer = left.answer(right.knowledge(), false)) {
      assertThat(answer.header().count()).isZero();
    }
  }

  @Test
  void pending_changeInLargeFile_lacksOnlyThat() {
    FileId id = file(left, "big");
    write(left, id, 1L << 30);
    pull(right, left);
    left.version(id, 1L << 30, TIME, List.of(), List.of(new ByteRange(4096, 4096)), null, true, 0);
    try (Answer answer = left.answer(right.knowledge(), false);
        PullSession session = right.begin(answer.header())) {
      session.add(answer.header().response(), answer.next());
      session.commit();
    }
    PendingContent pending = right.pendingContents(null, 10).getFirst();
    assertThat(pending.missing()).containsExactly(new ByteRange(4096, 4096));
    assertThat(right.counts().pending()).isEqualTo(1);
    right.settled(id, right.plan(id).want(), Map.of(id, pending.wanted()));
    assertThat(right.counts().pending()).isZero();
    assertThat(right.counts().unsettled()).isZero();
  }

  @Test
  void rename_directoryIntoItself_isRefused() {
    FileId dir = left.newId();
    left.create(dir, FileId.ROOT, EntryName.of("d"), new NewContent.Directory(), OWNED, 0);
    assertThatThrownBy(() -> left.rename(FileId.ROOT, EntryName.of("d"), dir, EntryName.of("e"), 0))
        .isInstanceOfSatisfying(
            ReplicaException.class,
            e -> assertThat(e.reason()).isEqualTo(ReplicaException.Reason.INTO_ITSELF));
  }

  @Test
  void tick_everyChange_grows() {
    long before = left.tick(FileId.ROOT);
    FileId id = file(left, "a");
    long after = left.tick(FileId.ROOT);
    write(left, id, 1);
    assertThat(after).isGreaterThan(before);
    assertThat(left.tick(id)).isGreaterThan(after);
  }

  @Test
  void open_afterACrash_hasThoseFilesLookedAtWhoseBytesMayNotBeOnDisk() {
    FileId sure = file(left, "sure");
    write(left, sure, 10);
    left.bytesOnDisk(left.knowledge());
    FileId unsure = file(left, "unsure");
    write(left, unsure, 10);
    left.sync();
    Replica again = open(leftStore.crash(0), "left");
    assertThat(again.dirty(10)).contains(unsure).doesNotContain(sure);
    again.markDirty(unsure, false);
    again.close();
    assertThat(left.dirty(10)).as("before").doesNotContain(unsure);
  }
}
