// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.grapevinefs.replication.proto.ContentRecord;
import org.grapevinefs.replication.proto.InodeRecord;
import org.junit.jupiter.api.Test;

class CodecTest {

  private static final Dot DOT = new Dot(new Origin(0x0102030405060708L), 9);
  private static final Link LINK = new Link(FileId.ROOT, EntryName.of("a.txt"));

  private static Inode inode() {
    return new Inode(
        new FileId(1, 2),
        FileType.REGULAR,
        new Timestamp(1_700_000_000, 5),
        List.of(
            new Place.Live(DOT, 1 << 20, List.of(LINK), List.of()),
            new Place.Deleted(
                new Dot(new Origin(3), 1), 4, List.of(LINK), Set.of(new Dot(new Origin(3), 1)))),
        List.of(
            new Attrs(
                DOT,
                1 << 20,
                0644,
                1000,
                100,
                new Timestamp(-1, 0),
                new Attrs.ModifiedOverride(new Timestamp(3, 4), 77),
                new TreeMap<>(Map.of("k", Bytes.of(new byte[] {1, 2}))))),
        List.of(
            new Content.Regular(
                DOT,
                1 << 20,
                new Timestamp(6, 7),
                4096,
                RangeMap.written(1000, DOT).changed(4096, List.of(), List.of(), DOT),
                null)));
  }

  @Test
  void inode_bytes_areAsDocumented() {
    String actual = HexFormat.of().formatHex(Codec.stored(Codec.inode(inode())));
    assertThat(actual).isEqualTo(GOLDEN);
  }

  private static final String GOLDEN =
      "010a1209010000000000000011020000000000000010011a080880c49fd50c100522290a0b090300"
          + "00000000000010011004180122090a001205612e747874320b0903000000000000001001221c0a0b"
          + "09080706050403020110091080804022090a001205612e7478742a2e0a0b09080706050403020110"
          + "091080804018a40320e8072864320208013a0408061004404d4a070a016b1202010232330a0b0908"
          + "070605040302011009108080401a04080c1007221a088020121008e807120b090807060504030201"
          + "10091203089818";

  @Test
  void inode_storedAndParsed_isTheSame() {
    byte[] bytes = Codec.stored(Codec.inode(inode()));
    assertThat(Codec.inode(Codec.parsed(InodeRecord.parser(), bytes))).isEqualTo(inode());
  }

  @Test
  void lineage_storedAndParsed_isTheSame_andBoundedWhenItComes() {
    Lineage.Run run = new Lineage.Run(new Origin(3), 2, 7, 99);
    Content.Regular content =
        new Content.Regular(
            DOT, 1, new Timestamp(0, 0), 0, RangeMap.EMPTY, null, new Lineage(List.of(run)));
    assertThat(Codec.content(Codec.content(content))).isEqualTo(content);
    ContentRecord.Builder odd = Codec.content(content).toBuilder();
    for (int i = 0; i < Lineage.MAX_RUNS; i++) {
      odd.getRegularBuilder().addLineage(odd.getRegular().getLineage(0));
    }
    assertThatThrownBy(() -> Codec.content(odd.build())).isInstanceOf(ReplicaException.class);
    odd.getRegularBuilder().clearLineage().addLineageBuilder().setFirst(2).setLast(1);
    assertThatThrownBy(() -> Codec.content(odd.build())).isInstanceOf(ReplicaException.class);
  }

  @Test
  void header_roundTrip_isTheSame() {
    Knowledge knowledge = Knowledge.NONE.with(DOT);
    PullHeader header =
        new PullHeader(
            5,
            knowledge,
            Map.of(DOT.origin(), "cara-pils"),
            Knowledge.NONE,
            PullHeader.Mode.FULL,
            3,
            -4);
    assertThat(Codec.header(Codec.header(header))).isEqualTo(header);
  }

  @Test
  void parsed_unknownVersion_isMalformed() {
    assertThatThrownBy(() -> Codec.parsed(InodeRecord.parser(), new byte[] {9}))
        .isInstanceOfSatisfying(
            ReplicaException.class,
            e -> assertThat(e.reason()).isEqualTo(ReplicaException.Reason.MALFORMED));
  }

  @Test
  void inode_gapInRanges_isMalformed() {
    InodeRecord.Builder broken = Codec.inode(inode()).toBuilder();
    broken.getContentsBuilder(0).getRegularBuilder().setSize(5000);
    assertThatThrownBy(() -> Codec.inode(broken.build())).isInstanceOf(ReplicaException.class);
  }

  @Test
  void stored_randomBytes_neverFailOtherwise() {
    java.util.Random random = new java.util.Random(1);
    for (int i = 0; i < 5_000; i++) {
      byte[] bytes = Codec.stored(Codec.inode(inode()));
      bytes[1 + random.nextInt(bytes.length - 1)] = (byte) random.nextInt();
      try {
        Codec.inode(Codec.parsed(InodeRecord.parser(), bytes));
      } catch (ReplicaException malformed) {
        assertThat(malformed.reason()).isEqualTo(ReplicaException.Reason.MALFORMED);
      }
    }
  }
}
