// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RangeMapTest {

  private static final Origin ORIGIN = new Origin(9);

  private static Dot dot(long seq) {
    return new Dot(ORIGIN, seq);
  }

  @Test
  void missing_smallChangeInLargeFile_isJustThat() {
    RangeMap held = RangeMap.written(1L << 30, dot(1));
    RangeMap wanted =
        held.changed(1L << 30, List.of(), List.of(new ByteRange(1 << 20, 4096)), dot(2));
    assertThat(wanted.missing(held)).containsExactly(new ByteRange(1 << 20, 4096));
    assertThat(wanted.missing(null)).containsExactly(new ByteRange(0, 1L << 30));
    assertThat(wanted.missing(wanted)).isEmpty();
  }

  @Test
  void changed_lengthened_addsHoleThatIsNeverMissing() {
    RangeMap longer = RangeMap.written(10, dot(1)).changed(30, List.of(), List.of(), dot(2));
    assertThat(longer.size()).isEqualTo(30);
    assertThat(longer.missing(RangeMap.written(10, dot(1)))).isEmpty();
  }

  @Test
  void shows_stretchOfOneDot_onlyThere() {
    RangeMap map =
        RangeMap.written(100, dot(1))
            .changed(100, List.of(), List.of(new ByteRange(20, 10)), dot(2));
    assertThat(map.shows(new ByteRange(22, 8), dot(2))).isTrue();
    assertThat(map.shows(new ByteRange(22, 9), dot(2))).isFalse();
    assertThat(map.shows(new ByteRange(0, 20), dot(1))).isTrue();
    assertThat(map.shows(new ByteRange(95, 6), dot(1))).isFalse();
  }

  @Test
  void of_gap_isRefused() {
    assertThatThrownBy(() -> RangeMap.of(List.of(new RangeMap.Range(1, 2, null))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void changed_manyRanges_staysBoundedAndNeverClaimsTooMuch() {
    List<ByteRange> odd = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      odd.add(new ByteRange(i * 20_000L, 10));
    }
    RangeMap before = RangeMap.written(60_000_000, dot(1));
    RangeMap after = before.changed(60_000_000, List.of(), odd, dot(2));
    assertThat(after.ranges()).hasSizeLessThanOrEqualTo(RangeMap.MAX_RANGES);
    List<ByteRange> missing = after.missing(before);
    for (ByteRange range : odd) {
      assertThat(missing).anyMatch(m -> m.offset() <= range.offset() && m.end() >= range.end());
    }
  }

  @Test
  void changed_randomHistory_agreesWithByteArray() {
    Random random = new Random(3);
    for (int round = 0; round < 300; round++) {
      @Nullable Dot[] bytes = new Dot[0];
      RangeMap map = RangeMap.EMPTY;
      for (int step = 1; step < 15; step++) {
        int size = random.nextInt(60);
        List<ByteRange> holes = ranges(random);
        List<ByteRange> written = ranges(random);
        map = map.changed(size, holes, written, dot(step));
        bytes = Arrays.copyOf(bytes, size);
        fill(bytes, holes, null);
        fill(bytes, written, dot(step));
        assertThat(map.size()).isEqualTo(size);
        assertThat(flat(map)).containsExactly(bytes);
        assertThat(RangeMap.of(map.ranges())).isEqualTo(map);
      }
    }
  }

  private static List<ByteRange> ranges(Random random) {
    List<ByteRange> ranges = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      ranges.add(new ByteRange(random.nextInt(60), 1 + random.nextInt(20)));
    }
    return ranges;
  }

  private static void fill(@Nullable Dot[] bytes, List<ByteRange> ranges, @Nullable Dot dot) {
    for (ByteRange range : ranges) {
      for (long at = range.offset(); at < Math.min(range.end(), bytes.length); at++) {
        bytes[(int) at] = dot;
      }
    }
  }

  private static @Nullable Dot[] flat(RangeMap map) {
    @Nullable Dot[] bytes = new Dot[(int) map.size()];
    for (RangeMap.Range range : map.ranges()) {
      for (long at = range.offset(); at < range.end(); at++) {
        bytes[(int) at] = range.dot();
      }
    }
    return bytes;
  }
}
