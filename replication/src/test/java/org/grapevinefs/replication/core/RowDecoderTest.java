// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.grapevinefs.replication.proto.EntryRecord;
import org.grapevinefs.replication.proto.InodeRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RowDecoderTest {

  private static final Dot DOT = new Dot(new Origin(-5), 1L << 40);
  private static final Dot OTHER = new Dot(new Origin(3), 1);
  private static final FileId DIRECTORY = new FileId(-1, 7);
  private static final Link LINK = new Link(DIRECTORY, EntryName.of("näme"));
  private static final Link SECOND = new Link(FileId.ROOT, EntryName.of("b"));
  private static final Timestamp TIME = new Timestamp(-1_700_000_000, 999_999_999);

  private static Content.Regular written(RangeMap map) {
    byte[] hash = new byte[32];
    hash[3] = -1;
    return new Content.Regular(DOT, 1L << 62, TIME, map.size(), map, Bytes.of(hash));
  }

  private static List<Inode> inodes() {
    RangeMap map =
        RangeMap.written(1_000, DOT)
            .changed(9_000, List.of(new ByteRange(10, 20)), List.of(), OTHER);
    Attrs plain = new Attrs(DOT, 5, 0644, -2, 100, TIME, null, new TreeMap<>());
    Attrs full =
        new Attrs(
            OTHER,
            5,
            07777,
            0,
            0,
            new Timestamp(0, 0),
            new Attrs.ModifiedOverride(TIME, 77),
            new TreeMap<>(Map.of("\0verifier", Bytes.of(new byte[8]), "ü", Bytes.of(new byte[0]))));
    Place live = new Place.Live(DOT, 9, List.of(LINK, SECOND), List.of(LINK));
    Place one = new Place.Live(DOT, 9, List.of(LINK), List.of());
    Place gone = new Place.Deleted(OTHER, 4, List.of(LINK), Set.of(DOT, OTHER));
    Content empty = new Content.Regular(OTHER, 0, TIME, 0, RangeMap.EMPTY, null);
    Content link = new Content.Symlink(DOT, 2, TIME, Bytes.of(new byte[] {1, 0}));
    return List.of(
        Inode.root(),
        inode(FileType.REGULAR, List.of(live, gone), List.of(plain, full), written(map), empty),
        inode(FileType.REGULAR, List.of(one), List.of(plain), empty),
        inode(FileType.DIRECTORY, List.of(one), List.of(), new Content.Directory(DOT, 1, TIME)),
        inode(FileType.SYMLINK, List.of(live), List.of(full), link),
        inode(FileType.FIFO, List.of(live), List.of(full), new Content.Special(DOT, 1, TIME)));
  }

  private static Inode inode(
      FileType type, List<Place> places, List<Attrs> attrs, Content... contents) {
    return new Inode(new FileId(1, -2), type, TIME, places, attrs, List.of(contents));
  }

  private static Entry entry(@Nullable Dot content, FileId source) {
    return new Entry(
        DIRECTORY,
        EntryName.of("näme"),
        Long.MAX_VALUE - 1,
        new FileId(4, 5),
        source,
        FileType.REGULAR,
        LINK,
        content);
  }

  @Test
  void inode_ofEveryUsualKind_isAsStored() {
    for (Inode inode : inodes()) {
      assertThat(RowDecoder.inode(Codec.stored(Codec.inode(inode)))).isEqualTo(inode);
      for (Content content : inode.contents()) {
        assertThat(RowDecoder.content(Codec.stored(Codec.content(content)))).isEqualTo(content);
      }
    }
  }

  @Test
  void entries_ofEveryKind_areAsStored() {
    List<Entry> entries =
        List.of(entry(DOT, new FileId(4, 5)), entry(null, FileId.ROOT), entry(DOT, DIRECTORY));
    for (Entry entry : entries) {
      assertThat(RowDecoder.entry(Reads.stored(entry))).isEqualTo(entry);
    }
    assertThat(RowDecoder.entries(Reads.entries(entries))).isEqualTo(entries);
    assertThat(RowDecoder.entries(Reads.entries(List.of()))).isEmpty();
  }

  @Test
  void rows_thatAreOdd_areLeftToTheParser() {
    Content device = new Content.Device(DOT, 1, TIME, 5, 6);
    Lineage lineage = new Lineage(List.of(new Lineage.Run(new Origin(3), 2, 7, 99)));
    Content traced = written(RangeMap.written(10, DOT)).withLineage(lineage);
    byte[] row = Reads.stored(entry(DOT, DIRECTORY));
    byte[] later = row.clone();
    later[0]++;
    List<byte[]> odd = new ArrayList<>(List.of(later, new byte[0]));
    for (int length = 1; length < row.length; length++) {
      odd.add(Arrays.copyOf(row, length));
    }
    // The last field of an entry may be missing; everything else may not.
    odd.removeIf(bytes -> bytes.length == row.length - 18);
    assertThat(odd).allSatisfy(bytes -> assertThat(RowDecoder.entry(bytes)).isNull());
    assertThat(RowDecoder.content(Codec.stored(Codec.content(device)))).isNull();
    assertThat(RowDecoder.content(Codec.stored(Codec.content(traced)))).isNull();
    Inode traces = inode(FileType.REGULAR, List.of(), List.of(), traced);
    assertThat(Reads.inode(Codec.stored(Codec.inode(traces)))).isEqualTo(traces);
  }

  @Test
  void rows_withOneByteChanged_areOddOrMeanTheSameToTheParser() {
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      byte[] row = Codec.stored(Codec.inode(inodes().get(random.nextInt(inodes().size()))));
      row[1 + random.nextInt(row.length - 1)] = (byte) random.nextInt();
      byte[] name = Reads.stored(entry(DOT, DIRECTORY));
      name[1 + random.nextInt(name.length - 1)] = (byte) random.nextInt();
      Inode inode = RowDecoder.inode(row);
      if (inode != null) {
        assertThat(inode).isEqualTo(Codec.inode(Codec.parsed(InodeRecord.parser(), row)));
      }
      Entry entry = RowDecoder.entry(name);
      if (entry != null) {
        EntryRecord record = Codec.parsed(EntryRecord.parser(), name);
        assertThat(Codec.id(record.getShown())).isEqualTo(entry.shown());
        assertThat(record.getCookie()).isEqualTo(entry.cookie());
        assertThat(Codec.link(record.getLink())).isEqualTo(entry.link());
      }
    }
  }
}
