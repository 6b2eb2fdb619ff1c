// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What seeds of the simulator showed of purged tombstones and of files made of siblings. */
class LetGoTest extends ThreeReplicas {

  @Test
  void commit_editOfAFilePurgedHere_isOneStateEverywhere() {
    FileId file = make(left, FileId.ROOT, "a", NewContent.empty());
    pull(right, left);
    pull(third, left);
    left.unlink(FileId.ROOT, NAME, 0);
    pull(third, left);
    assertThat(left.purge(List.of(), NOW.plusSeconds(9))).isEqualTo(1);
    write(right, file, 0, 7);
    take(left, right);
    take(third, right);
    level();
    assertThat(left.lookup(FileId.ROOT, NAME)).isNotNull();
  }

  @Test
  void commit_deletionOfWhatOutlivedAPurge_isNotUndone() {
    FileId file = make(left, FileId.ROOT, "a", NewContent.empty());
    pull(right, left);
    left.unlink(FileId.ROOT, NAME, 0);
    left.purge(List.of(), NOW.plusSeconds(9));
    write(right, file, 0, 7);
    pull(left, right);
    right.unlink(FileId.ROOT, NAME, 0);
    level();
    assertThat(left.lookup(FileId.ROOT, NAME)).isNull();
  }

  @Test
  void commit_fileMadeInADirectoryPurgedHere_isInTheRootEverywhere() {
    FileId directory = make(left, FileId.ROOT, "d", new NewContent.Directory());
    pull(right, left);
    pull(third, left);
    left.rmdir(FileId.ROOT, EntryName.of("d"), 0);
    pull(third, left);
    assertThat(left.purge(List.of(), NOW.plusSeconds(9))).isEqualTo(1);
    make(right, directory, "a", NewContent.empty());
    take(third, right);
    take(left, right);
    level();
    assertThat(right.lookup(FileId.ROOT, NAME)).isNotNull();
    assertThat(right.lookup(FileId.ROOT, EntryName.of("d"))).isNull();
  }

  @Test
  void commit_editOfAFileDeletedInADirectoryPurgedHere_isInTheRootEverywhere() {
    FileId directory = make(left, FileId.ROOT, "d", new NewContent.Directory());
    FileId file = make(left, directory, "a", NewContent.empty());
    level();
    left.unlink(directory, NAME, 0);
    left.rmdir(FileId.ROOT, EntryName.of("d"), 0);
    skew.put("third", Duration.ofMinutes(1));
    third.unlink(directory, NAME, 0);
    pull(left, third);
    assertThat(left.purge(List.of("right"), NOW.plusSeconds(9))).as("the directory").isEqualTo(1);
    assertThat(left.inode(file)).isNotNull();
    write(right, file, 0, 7);
    pull(left, right);
    assertThat(left.lookup(FileId.ROOT, NAME)).isNotNull();
    level();
    assertThat(right.lookup(FileId.ROOT, NAME)).isNotNull();
  }

  @Test
  void commit_moveAndEditApartFromADeletion_doNotBringTheDeletedContentBack() {
    FileId file = make(left, FileId.ROOT, "a", NewContent.empty());
    pull(right, left);
    write(right, file, 0, 3);
    right.unlink(FileId.ROOT, NAME, 0);
    write(left, file, 0, 7);
    left.rename(FileId.ROOT, NAME, FileId.ROOT, EntryName.of("b"), 0);
    level();
    assertThat(
            left.inodes().stream().filter(Inode::isAlive).flatMap(i -> i.shownContents().stream()))
        .singleElement()
        .isInstanceOfSatisfying(
            Content.Regular.class, content -> assertThat(content.size()).isEqualTo(7));
    assertThat(right.pendingContents(null, 10)).isEmpty();
  }

  @Test
  void settled_computedNameThatIsGivenNow_isNoConflictCopyAnyMore() {
    make(left, FileId.ROOT, "a", NewContent.empty());
    make(right, FileId.ROOT, "a", NewContent.empty());
    level();
    Entry copy = left.conflicts(1).getFirst().entry();
    EntryName aside = EntryName.of("t");
    right.rename(FileId.ROOT, copy.name(), FileId.ROOT, aside, 0);
    right.rename(FileId.ROOT, aside, FileId.ROOT, copy.name(), 0);
    level();
    assertThat(left.lookup(FileId.ROOT, copy.name())).isNotNull();
    assertThat(left.conflicts(10)).isEmpty();
    assertThat(left.counts().conflicts()).isZero();
  }

  @Test
  void merge_inodeMadeAnewAfterAPurge_hasTheBirthOfThePlaceThatShows() {
    Dot old = new Dot(new Origin(1), 1);
    Dot fresh = new Dot(new Origin(2), 1);
    Inode dead = inode(old, new Timestamp(1, 0));
    Inode anew = inode(fresh, new Timestamp(2, 0));
    Knowledge all = Knowledge.NONE.with(old).with(fresh);
    assertThat(Merge.merge(dead, Knowledge.NONE.with(old), anew, all)).isEqualTo(anew);
    assertThat(Merge.merge(anew, all, dead, Knowledge.NONE.with(old))).isEqualTo(anew);
    Inode both = Merge.merge(dead, Knowledge.NONE.with(old), anew, Knowledge.NONE.with(fresh));
    assertThat(both).extracting(Inode::created).isEqualTo(new Timestamp(2, 0));
    // What of the old outlives it for a while makes no difference.
    Inode touched = Objects.requireNonNull(both).withPlaces(anew.places());
    assertThat(Merge.merge(touched, all, anew, all)).isEqualTo(anew);
  }

  private static Inode inode(Dot dot, Timestamp born) {
    Place place = new Place.Live(dot, 1, List.of(new Link(FileId.ROOT, NAME)), List.of());
    var content = new Content.Regular(dot, 1, born, 0, RangeMap.EMPTY, null);
    return new Inode(
        new FileId(3, 3), FileType.REGULAR, born, List.of(place), List.of(), List.of(content));
  }

  @Test
  void commit_contentsThatEachSideHadLetGoOf_keepsOneAndTellsOthers() {
    FileId file = make(left, FileId.ROOT, "a", NewContent.empty());
    level();
    write(left, file, 0, 3);
    write(right, file, 0, 5);
    Inode theirs = Objects.requireNonNull(right.inode(file));
    believe(left, right.knowledge());
    Knowledge both = left.knowledge();
    var header = new PullHeader(1, both, Map.of(), Knowledge.NONE, PullHeader.Mode.DELTA, 1, 0);
    try (PullSession session = left.begin(header, both)) {
      session.add(1, theirs);
      session.commit();
    }
    assertThat(Objects.requireNonNull(left.inode(file)).contents()).hasSize(1);
    assertThat(both.includes(left.knowledge())).as("a change that others hear of").isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void commit_siblingMadeAFile_bytesThatItsFileCountedOnAreFetched(int seed) {
    restart(seed);
    FileId file = make(left, FileId.ROOT, "a", NewContent.empty());
    write(left, file, 0, 10);
    pull(right, left);
    pull(third, left);
    write(third, file, 5, 5);
    write(left, file, 5, 10);
    write(right, file, 0, 9);
    write(right, file, 0, 9);
    pull(left, right);
    pull(right, left);
    Entry copy = left.conflicts(1).getFirst().entry();
    left.adoptSibling(copy.shown(), 0);
    take(left, third);
    take(right, left);
    for (FileId id : right.nextUnsettled(null, 10)) {
      boolean lacks = right.plan(id).fetch().stream().anyMatch(one -> !one.missing().isEmpty());
      boolean listed =
          right.pendingContents(null, 10).stream().anyMatch(one -> one.source().equals(id));
      assertThat(listed).as("%s", right.plan(id)).isEqualTo(lacks);
    }
  }

  @Test
  void commit_fileWithTheIdOfACopyThatStaysOne_bothShow() {
    FileId file = writtenApart();
    Entry copy = third.conflicts(1).getFirst().entry();
    // As if a fourth had made the copy a file while it was all that the file had.
    Inode made = madeFile(copy);
    takeIn(third, made, made.dots().iterator().next());
    new FakeDisk(third).settleAll();
    assertThat(third.lookup(FileId.ROOT, copy.name()))
        .extracting(Entry::shown, Entry::source)
        .containsExactly(copy.shown(), copy.shown());
    Entry moved = third.conflicts(1).getFirst().entry();
    assertThat(moved)
        .extracting(Entry::source, Entry::content)
        .containsExactly(file, copy.content());
    assertThat(moved.shown()).isNotIn(copy.shown(), file);

    third.unlink(FileId.ROOT, copy.name(), 0);
    assertThat(third.purge(List.of(), NOW.plusSeconds(9))).isEqualTo(1);
    new FakeDisk(third).settleAll();
    assertThat(third.conflicts(1).getFirst().entry().shown()).isEqualTo(copy.shown());
  }

  private static Inode madeFile(Entry copy) {
    Dot dot = new Dot(new Origin(77), 1);
    Link link = new Link(copy.directory(), copy.name());
    Place place = new Place.Live(dot, 1, List.of(link), List.of());
    var content = new Content.Regular(dot, 1, TIME, 0, RangeMap.EMPTY, null);
    return new Inode(
        copy.shown(), FileType.REGULAR, TIME, List.of(place), List.of(), List.of(content));
  }

  /** A file with a conflict copy, which all have. */
  private FileId writtenApart() {
    FileId file = make(left, FileId.ROOT, "a", NewContent.empty());
    level();
    write(left, file, 0, 8);
    write(right, file, 0, 3);
    level();
    return file;
  }

  @Test
  void purge_deletionThatLeftACopyWhichAnotherDropped_isToldToWhoeverHasTheCopy() {
    FileId file = make(left, FileId.ROOT, "a", NewContent.empty());
    level();
    skew.put("left", Duration.ofMinutes(1));
    write(left, file, 0, 8);
    write(right, file, 0, 3);
    pull(third, left);
    take(third, right);
    third.unlink(FileId.ROOT, NAME, 0);
    assertThat(Objects.requireNonNull(third.inode(file)).isAlive()).as("by the copy").isTrue();
    pull(left, right);
    left.unlink(FileId.ROOT, left.conflicts(1).getFirst().entry().name(), 0);
    pull(right, left);
    pull(right, third);
    assertThat(right.purge(List.of("left", "third"), NOW.plus(Duration.ofDays(500)))).isEqualTo(1);
    take(third, right);
    assertThat(third.inode(file))
        .satisfiesAnyOf(
            gone -> assertThat(gone).isNull(),
            dead -> assertThat(Objects.requireNonNull(dead).isAlive()).isFalse());
    level();
  }

  @Test
  void commit_copyMadeAFileByTwo_onePurgedHere_isTheSameEverywhere() {
    writtenApart();
    Entry copy = left.conflicts(1).getFirst().entry();
    left.adoptSibling(copy.shown(), 0);
    left.unlink(FileId.ROOT, copy.name(), 0);
    right.adoptSibling(copy.shown(), 0);
    pull(third, left);
    assertThat(third.purge(List.of("left", "right"), NOW.plusSeconds(9))).isEqualTo(1);
    pull(third, right);
    pull(left, right);
    level();
    assertThat(third.inode(copy.shown())).isNotNull();
  }

  @Test
  void settled_directoryWithATimeToPublishThatIsGone_isSettled() {
    FileId directory = make(left, FileId.ROOT, "d", new NewContent.Directory());
    pull(right, left);
    FileId file = make(right, directory, "a", NewContent.empty());
    right.unlink(directory, NAME, 0);
    assertThat(right.dirty(10)).contains(directory);
    left.rmdir(FileId.ROOT, EntryName.of("d"), 0);
    left.purge(List.of(), NOW.plusSeconds(9));
    take(right, left);
    right.settled(directory, List.of(), Map.of());
    right.settled(file, List.of(), Map.of());
    assertThat(right.counts().unsettled()).isZero();
    assertThat(right.dirty(10)).doesNotContain(directory);
  }

  @Test
  void rename_siblingThatTheFileHasBecomeEqualTo_leavesTheFileItsContent() {
    FileId file = make(left, FileId.ROOT, "a", NewContent.empty());
    level();
    write(left, file, 0, 8);
    version(right, file, 3, "same");
    level();
    Entry copy = left.conflicts(1).getFirst().entry();
    // The file becomes what its sibling is, and the sibling is still on disk.
    version(left, file, 3, "same");
    left.rename(FileId.ROOT, copy.name(), FileId.ROOT, EntryName.of("b"), 0);
    assertThat(size(left, file)).isEqualTo(3);
    level();
    assertThat(size(left, file)).isEqualTo(3);
    assertThat(left.lookup(FileId.ROOT, EntryName.of("b"))).isNotNull();
  }

  @Test
  void unlink_siblingThatANewerContentCountedOn_hasItsBytesFetched() {
    FileId file = make(left, FileId.ROOT, "a", NewContent.empty());
    level();
    skew.put("left", Duration.ofMinutes(1));
    write(left, file, 0, 8);
    write(third, file, 0, 3);
    pull(left, third);
    write(third, file, 6, 6);
    take(left, third);
    assertThat(left.pendingContents(null, 10)).isEmpty();
    left.unlink(FileId.ROOT, left.conflicts(1).getFirst().entry().name(), 0);
    assertThat(left.pendingContents(null, 10)).hasSize(1);
    level();
    assertThat(left.conflicts(10)).hasSize(1);
  }

  @Test
  void unlink_siblingThatTheFileWasMadeEqualToElsewhere_leavesTheFileWhatWasWritten() {
    FileId file = writtenLaterOnTheLeft();
    write(third, file, 0, 5);
    level();
    Entry copy = copyOf(third, right);
    version(left, file, 3, "same");
    take(third, left);
    assertThat(third.unlink(FileId.ROOT, copy.name(), 0).gone()).isEqualTo(copy.shown());
    assertThat(size(third, file)).isEqualTo(3);
    level();
    assertThat(size(left, file)).isEqualTo(3);
    assertThat(left.conflicts(10)).as("the third one's").hasSize(1);
  }

  @Test
  void unlink_siblingThatAnotherDroppedToo_leavesTheSameContentAsHis() {
    FileId file = writtenLaterOnTheLeft();
    level();
    Entry copy = copyOf(third, right);
    version(left, file, 3, "same");
    take(third, left);
    right.unlink(FileId.ROOT, copy.name(), 0);
    third.unlink(FileId.ROOT, copy.name(), 0);
    pull(right, left);
    assertThat(contents(third, file)).hasSize(1).isEqualTo(contents(right, file));
    level();
  }

  @Test
  void unlink_siblingThatHidAnotherOfTheSameBytes_dropsBoth() {
    FileId file = writtenLaterOnTheLeft();
    version(third, file, 3, "same");
    level();
    assertThat(contents(left, file)).hasSize(3);
    left.unlink(FileId.ROOT, left.conflicts(1).getFirst().entry().name(), 0);
    level();
    assertThat(contents(right, file)).hasSize(1);
    assertThat(right.conflicts(10)).isEmpty();
  }

  /** A file that two wrote apart, with the clock of one ahead: the other's is the copy. */
  private FileId writtenLaterOnTheLeft() {
    FileId file = make(left, FileId.ROOT, "a", NewContent.empty());
    level();
    skew.put("left", Duration.ofMinutes(1));
    write(left, file, 0, 8);
    version(right, file, 3, "same");
    return file;
  }

  /** The copy of what another wrote. */
  private static Entry copyOf(Replica replica, Replica writer) {
    return replica.conflicts(10).stream()
        .map(ConflictCopy::entry)
        .filter(entry -> Objects.requireNonNull(entry.content()).origin().equals(writer.origin()))
        .findFirst()
        .orElseThrow();
  }

  private static List<Dot> contents(Replica replica, FileId file) {
    Inode inode = Objects.requireNonNull(replica.inode(file));
    return inode.contents().stream().map(Content::dot).toList();
  }

  private static long size(Replica replica, FileId file) {
    Inode inode = Objects.requireNonNull(replica.inode(file));
    return inode.winner() instanceof Content.Regular regular ? regular.size() : -1;
  }

  private static void version(Replica replica, FileId id, long size, String hash) {
    List<ByteRange> written = List.of(ByteRange.between(0, size));
    replica.version(id, size, TIME, List.of(), written, Bytes.of(hash.getBytes(UTF_8)), true, 0);
  }
}
