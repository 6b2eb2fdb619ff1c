// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.grapevinefs.replication.core.AccessControlList;
import org.grapevinefs.replication.core.AccessControlList.Named;
import org.grapevinefs.replication.fs.FileAcls;
import org.grapevinefs.replication.fs.SetAcls;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PosixAcesTest {

  private static final int ROUNDS = 30_000;

  private static AccessControlList list(
      int owner,
      List<Named> users,
      int group,
      List<Named> groups,
      @Nullable Integer mask,
      int other) {
    return new AccessControlList(owner, users, group, groups, mask, other);
  }

  private static List<Named> named(RandomGenerator random) {
    List<Named> entries = new ArrayList<>();
    for (int id = 1; id <= Someone.IDS; id++) {
      if (random.nextInt(4) == 0) {
        entries.add(new Named(id, random.nextInt(8)));
      }
    }
    return entries;
  }

  static AccessControlList any(RandomGenerator random) {
    List<Named> users = named(random);
    List<Named> groups = named(random);
    boolean single = users.isEmpty() && groups.isEmpty();
    AccessControlList open =
        list(random.nextInt(8), users, random.nextInt(8), groups, 7, random.nextInt(8));
    int together = PosixAces.classRights(open);
    Integer mask =
        switch (random.nextInt(3)) {
          case 0 -> together;
          case 1 -> random.nextInt(8);
          default -> together & random.nextInt(8);
        };
    return list(
        open.owner(),
        users,
        open.group(),
        groups,
        single && random.nextBoolean() ? null : mask,
        open.other());
  }

  /** A mask that says what the group has, and of nobody else, is none. */
  private static AccessControlList withoutEmptyMask(AccessControlList list) {
    boolean single = list.users().isEmpty() && list.groups().isEmpty();
    return single && Integer.valueOf(list.group()).equals(list.mask())
        ? AccessControlList.of(list.mode())
        : list;
  }

  private static SetAcls.Choice choice(@Nullable AccessControlList list) {
    return list == null
        ? new SetAcls.Choice.None()
        : new SetAcls.Choice.Given(withoutEmptyMask(list));
  }

  private static List<String> told(AccessControlList list, boolean directory) {
    AceRights rights = new AceRights(directory);
    List<String> lines = new ArrayList<>();
    for (Ace ace : PosixAces.of(list, directory, 0)) {
      int given = rights.in(ace.mask());
      lines.add(
          (ace.denies() ? "D " : "A ")
              + ace.who().kind()
              + (ace.who().id() == 0 ? "" : " " + ace.who().id())
              + ' '
              + ((given & 4) != 0 ? "r" : "")
              + ((given & 2) != 0 ? "w" : "")
              + ((given & 1) != 0 ? "x" : "")
              + (ace.denies() && (ace.mask() & Ace.WRITE_OWNER) != 0 ? "o" : ""));
    }
    return lines;
  }

  @Test
  void of_aMode_saysItWithDenialsOnlyWhereTheyMatter() {
    assertThat(told(AccessControlList.of(0644), false))
        .containsExactly("A OWNER rw", "A GROUP r", "A EVERYONE r");
    assertThat(told(AccessControlList.of(0462), true))
        .containsExactly("D OWNER w", "A OWNER r", "A GROUP rw", "A EVERYONE w");
    assertThat(told(AccessControlList.of(0407), false))
        .containsExactly("D OWNER wx", "A OWNER r", "A GROUP ", "D GROUP rwx", "A EVERYONE rwx");
  }

  @Test
  void of_usersAndGroups_allowsAllGroupsBeforeItDeniesAny() {
    AccessControlList list =
        list(7, List.of(new Named(1234, 6)), 4, List.of(new Named(55, 5)), 7, 2);
    assertThat(told(list, false))
        .containsExactly(
            "A OWNER rwx",
            "D USER 1234 x",
            "A USER 1234 rw",
            "A GROUP r",
            "A NAMED_GROUP 55 rx",
            "D GROUP w",
            "D NAMED_GROUP 55 w",
            "A EVERYONE w");
  }

  @Test
  void of_aMaskOfItsOwn_deniesWhatItTakesAwayAndShowsIt() {
    AccessControlList less =
        list(6, List.of(new Named(1234, 7)), 5, List.of(new Named(55, 5)), 4, 0);
    assertThat(told(less, false))
        .containsExactly(
            "A OWNER rw",
            "D USER 1234 wx",
            "A USER 1234 rwx",
            "D GROUP wxo",
            "A GROUP rx",
            "D NAMED_GROUP 55 x",
            "A NAMED_GROUP 55 rx",
            "A EVERYONE ");
    AccessControlList more = list(6, List.of(new Named(1234, 4)), 4, List.of(), 7, 4);
    assertThat(told(more, false))
        .containsExactly("A OWNER rw", "A USER 1234 r", "D GROUP o", "A GROUP r", "A EVERYONE r");
  }

  @Test
  void of_directories_writingIsRemovingNamesToo() {
    Ace owner = PosixAces.of(AccessControlList.of(0200), true, 0).getFirst();
    assertThat(owner.mask() & Ace.DELETE_CHILD).isNotZero();
    Ace ofFile = PosixAces.of(AccessControlList.of(0200), false, 0).getFirst();
    assertThat(ofFile.mask() & Ace.DELETE_CHILD).isZero();
    assertThat(ofFile.mask() & Ace.WRITE_ACL).isNotZero();
  }

  @Test
  void anyList_asEntriesAndBack_isTheSame() throws Exception {
    SplittableRandom random = new SplittableRandom(4);
    for (int i = 0; i < ROUNDS; i++) {
      boolean directory = random.nextBoolean();
      AccessControlList access = any(random);
      AccessControlList defaults = directory && random.nextBoolean() ? any(random) : null;
      FileAcls acls = new FileAcls(access, defaults);
      SetAcls back = AceList.of(acls, directory).asked(directory);
      assertThat(back.access()).as("of %s", acls).isEqualTo(choice(access));
      assertThat(withoutEmptyMask(access).mode()).isEqualTo(access.mode());
      assertThat(back.defaults()).as("of %s", acls).isEqualTo(directory ? choice(defaults) : null);
    }
  }

  @Test
  void anyList_asEntries_givesEveryRightToTheSame() {
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < ROUNDS; i++) {
      boolean directory = random.nextBoolean();
      AceRights rights = new AceRights(directory);
      AccessControlList list = any(random);
      List<Ace> aces = PosixAces.of(list, directory, 0);
      Someone someone = Someone.any(random);
      for (int right = 1; right <= 4; right <<= 1) {
        assertThat(someone.may(aces, rights.mask(right)))
            .as("%d for %s by %s", right, someone, list)
            .isEqualTo(someone.may(list, right));
      }
    }
  }

  @Test
  void largestList_asEntries_isWithinTheBound() throws Exception {
    List<Named> groups = new ArrayList<>();
    for (int id = 0; id < AccessControlList.MAX_ENTRIES - 4; id++) {
      groups.add(new Named(id, 6));
    }
    AccessControlList largest = list(0, List.of(), 2, groups, 5, 7);
    AceList list = AceList.of(new FileAcls(largest, largest), true);
    assertThat(list.aces()).hasSizeGreaterThan(AceList.MOST / 2).hasSizeLessThan(AceList.MOST);
    SetAcls back = list.asked(true);
    assertThat(back.access()).isEqualTo(new SetAcls.Choice.Given(largest));
    assertThat(back.defaults()).isEqualTo(new SetAcls.Choice.Given(largest));
  }
}
