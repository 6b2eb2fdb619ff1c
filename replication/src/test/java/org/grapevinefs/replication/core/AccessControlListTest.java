// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.grapevinefs.replication.core.AccessControlList.Named;
import org.junit.jupiter.api.Test;

final class AccessControlListTest {

  private static final AccessControlList LIST =
      new AccessControlList(
          6, List.of(new Named(-2, 4), new Named(1000, 7)), 5, List.of(new Named(100, 1)), 6, 0);

  @Test
  void encode_givesTheBytesThatLinuxKeeps() {
    String expected =
        "02000000"
            + "01000600ffffffff"
            + "02000700e8030000"
            + "02000400feffffff"
            + "04000500ffffffff"
            + "0800010064000000"
            + "10000600ffffffff"
            + "20000000ffffffff";
    assertThat(LIST.encode()).hasToString(expected);
    assertThat(AccessControlList.decode(LIST.encode())).isEqualTo(LIST);
  }

  @Test
  void list_withoutNamedEntriesAndMask_isItsMode() {
    AccessControlList list = AccessControlList.of(04751);
    assertThat(list.isMinimal()).isTrue();
    assertThat(list.mode()).isEqualTo(0751);
    assertThat(list.encode().length()).isEqualTo(4 + 3 * 8);
    assertThat(AccessControlList.decode(list.encode())).isEqualTo(list);
    TreeMap<String, Bytes> xattrs = new TreeMap<>();
    LIST.putAccess(xattrs);
    list.putAccess(xattrs);
    assertThat(xattrs).isEmpty();
  }

  @Test
  void list_keptAndGivenBack_takesOwnerMaskAndOthersFromTheMode() {
    TreeMap<String, Bytes> xattrs = new TreeMap<>();
    LIST.putAccess(xattrs);
    assertThat(AccessControlList.access(xattrs, LIST.mode())).isEqualTo(LIST);
    AccessControlList later = AccessControlList.access(xattrs, 0741);
    assertThat(later).isEqualTo(new AccessControlList(7, LIST.users(), 5, LIST.groups(), 4, 1));
    TreeMap<String, Bytes> again = new TreeMap<>();
    LIST.withMode(0777).putAccess(again);
    assertThat(again).isEqualTo(xattrs);
  }

  @Test
  void limitedTo_aMode_takesFromOwnerMaskAndOthersOnly() {
    AccessControlList begun = LIST.limitedTo(0444);
    assertThat(begun).isEqualTo(new AccessControlList(4, LIST.users(), 5, LIST.groups(), 4, 0));
    assertThat(AccessControlList.of(0775).limitedTo(0640).mode()).isEqualTo(0640);
  }

  @Test
  void list_thatCannotBe_isRefused() {
    assertThatThrownBy(() -> new AccessControlList(8, List.of(), 0, List.of(), null, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Named(-1, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Named(1, 8)).isInstanceOf(IllegalArgumentException.class);
    List<Named> twice = List.of(new Named(1, 0), new Named(1, 1));
    assertThatThrownBy(() -> new AccessControlList(0, List.of(), 0, twice, 0, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new AccessControlList(0, LIST.users(), 0, List.of(), null, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void list_ofMoreEntriesThanMayBe_isRefused() {
    List<Named> many = new ArrayList<>();
    for (int id = 0; id < AccessControlList.MAX_ENTRIES - 4; id++) {
      many.add(new Named(id, 1));
    }
    AccessControlList full = new AccessControlList(0, many, 0, List.of(), 0, 0);
    assertThat(AccessControlList.decode(full.encode())).isEqualTo(full);
    List<Named> one = List.of(new Named(1, 1));
    assertThatThrownBy(() -> new AccessControlList(0, many, 0, one, 0, 0))
        .isInstanceOf(IllegalArgumentException.class);
    byte[] huge = new byte[4 + 8 * (AccessControlList.MAX_ENTRIES + 1)];
    huge[0] = 2;
    assertThatThrownBy(() -> AccessControlList.decode(Bytes.of(huge)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void attributes_withAnyBytes_giveAListThatMakesSenseOrNone() {
    SplittableRandom random = new SplittableRandom(13);
    byte[] good = LIST.encode().toArray();
    int lists = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = java.util.Arrays.copyOf(good, random.nextInt(4) > 0 ? 60 : random.nextInt(80));
      for (int j = random.nextInt(4); j > 0 && bytes.length > 0; j--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      TreeMap<String, Bytes> xattrs = new TreeMap<>();
      xattrs.put(AccessControlList.ACCESS, Bytes.of(bytes));
      AccessControlList list = AccessControlList.access(xattrs, 0640);
      if (list != null) {
        assertThat(list.mode()).isEqualTo(0640);
        lists++;
      }
    }
    assertThat(lists).isBetween(1_000, 19_000);
  }
}
