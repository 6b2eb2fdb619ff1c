// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.grapevinefs.replication.core.AccessControlList;
import org.grapevinefs.replication.core.AccessControlList.Named;
import org.junit.jupiter.api.Test;

class AceFoldTest {

  private static final int ROUNDS = 60_000;
  private static final int READ = Ace.READ_DATA;
  private static final int WRITE = Ace.WRITE_DATA | Ace.APPEND_DATA;
  private static final int EXECUTE = Ace.EXECUTE;
  private static final Ace.Who USER = Ace.Who.user(5);

  private static Ace allow(Ace.Who who, int mask) {
    return new Ace(false, 0, mask, who);
  }

  private static Ace deny(Ace.Who who, int mask) {
    return new Ace(true, 0, mask, who);
  }

  private static AccessControlList fold(Ace... aces) {
    return AceFold.of(List.of(aces), false);
  }

  private static Ace.Who who(RandomGenerator random) {
    int id = 1 + random.nextInt(Someone.IDS);
    return switch (random.nextInt(5)) {
      case 0 -> Ace.Who.OWNER;
      case 1 -> Ace.Who.GROUP;
      case 2 -> Ace.Who.EVERYONE;
      case 3 -> Ace.Who.user(id);
      default -> Ace.Who.group(id);
    };
  }

  private static List<Ace> any(RandomGenerator random) {
    AceRights rights = new AceRights(random.nextBoolean());
    List<Ace> aces = new ArrayList<>();
    int count = random.nextInt(10);
    for (int i = 0; i < count; i++) {
      int mask =
          random.nextInt(4) == 0 ? random.nextInt() & 0x1f_07ff : rights.mask(random.nextInt(8));
      aces.add(new Ace(random.nextInt(3) == 0, 0, mask, who(random)));
    }
    return aces;
  }

  /** Entries of a list in which one thing was changed. */
  private static List<Ace> nearly(RandomGenerator random, boolean directory) {
    List<Ace> aces = new ArrayList<>(PosixAces.of(PosixAcesTest.any(random), directory, 0));
    int at = random.nextInt(aces.size());
    Ace ace = aces.get(at);
    switch (random.nextInt(5)) {
      case 0 -> aces.remove(at);
      case 1 -> aces.add(random.nextInt(aces.size()), ace);
      case 2 -> aces.add(aces.remove(random.nextInt(aces.size())));
      case 3 ->
          aces.set(at, new Ace(ace.denies(), 0, ace.mask() ^ 1 << random.nextInt(7), ace.who()));
      default -> aces.set(at, new Ace(ace.denies(), 0, ace.mask(), who(random)));
    }
    return aces;
  }

  @Test
  void anyEntries_folded_giveNobodyMore() {
    SplittableRandom random = new SplittableRandom(6);
    for (int i = 0; i < ROUNDS; i++) {
      boolean directory = random.nextBoolean();
      List<Ace> aces = random.nextBoolean() ? any(random) : nearly(random, directory);
      AccessControlList list = AceFold.of(aces, directory);
      AceRights rights = new AceRights(directory);
      for (int j = 0; j < 8; j++) {
        Someone someone = Someone.any(random);
        for (int wanted = 1; wanted <= 7; wanted++) {
          if (someone.may(list, wanted)) {
            assertThat(someone.may(aces, rights.mask(wanted)))
                .as("%d for %s by %s, which came to %s", wanted, someone, aces, list)
                .isTrue();
          }
        }
      }
    }
  }

  @Test
  void anyEntries_foldedAndToldAndFoldedAgain_stay() {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < ROUNDS; i++) {
      boolean directory = random.nextBoolean();
      AccessControlList list = AceFold.of(any(random), directory);
      assertThat(AceFold.of(PosixAces.of(list, directory, 0), directory)).isEqualTo(list);
    }
  }

  @Test
  void entriesOfOneUser_count_inTheirOrder() {
    AccessControlList denied =
        fold(deny(USER, READ), allow(USER, READ | WRITE), allow(Ace.Who.EVERYONE, READ));
    assertThat(denied.users()).containsExactly(new Named(5, 2));
    AccessControlList allowed =
        fold(allow(USER, READ | WRITE), deny(USER, READ), allow(Ace.Who.EVERYONE, EXECUTE));
    assertThat(allowed.users()).containsExactly(new Named(5, 7));
    assertThat(allowed.mode()).isEqualTo(0171);
  }

  @Test
  void everyone_allowed_isAllButThoseDeniedBefore() {
    AccessControlList list =
        fold(deny(USER, WRITE), allow(Ace.Who.EVERYONE, READ | WRITE), deny(USER, READ));
    assertThat(list.other()).isEqualTo(6);
    assertThat(list.group()).isEqualTo(6);
    assertThat(list.users()).containsExactly(new Named(5, 4));
    assertThat(list.owner()).as("who may be the user").isEqualTo(4);
  }

  @Test
  void deniedGroup_mayBeThatOfAnyUserOrGroup() {
    Ace.Who group = Ace.Who.group(9);
    AccessControlList list =
        fold(
            deny(group, WRITE),
            allow(USER, READ | WRITE),
            allow(Ace.Who.GROUP, READ | WRITE),
            allow(Ace.Who.EVERYONE, WRITE));
    assertThat(list.users()).containsExactly(new Named(5, 4));
    assertThat(list.group()).isEqualTo(4);
    assertThat(list.groups()).containsExactly(new Named(9, 0));
    assertThat(list.other()).isEqualTo(2);
  }

  @Test
  void partOfWriting_isNoWriting() {
    assertThat(fold(allow(USER, Ace.WRITE_DATA)).users()).containsExactly(new Named(5, 0));
    assertThat(fold(deny(USER, Ace.APPEND_DATA), allow(USER, WRITE)).users())
        .containsExactly(new Named(5, 0));
    List<Ace> ofDirectory = List.of(allow(USER, WRITE));
    assertThat(AceFold.of(ofDirectory, true).users()).containsExactly(new Named(5, 0));
    List<Ace> whole = List.of(allow(USER, WRITE | Ace.DELETE_CHILD));
    assertThat(AceFold.of(whole, true).users()).containsExactly(new Named(5, 2));
  }

  @Test
  void nothing_allowsNothing() {
    assertThat(fold()).isEqualTo(AccessControlList.of(0));
  }

  @Test
  void defaults_withoutOwnerGroupAndOthers_takeTheDirectorys() {
    AccessControlList own = AccessControlList.of(0750);
    AccessControlList list = AceFold.defaults(List.of(allow(USER, READ | EXECUTE)), own);
    assertThat(list.mode()).isEqualTo(0750);
    assertThat(list.users()).containsExactly(new Named(5, 5));
    AccessControlList denied =
        AceFold.defaults(List.of(deny(Ace.Who.group(9), EXECUTE)), AccessControlList.of(0755));
    assertThat(denied.owner()).as("who may be in the group").isEqualTo(6);
    assertThat(denied.group()).isEqualTo(4);
    assertThat(denied.other()).isEqualTo(5);
    AccessControlList all =
        AceFold.defaults(List.of(allow(Ace.Who.EVERYONE, READ)), AccessControlList.of(0755));
    assertThat(all).isEqualTo(AccessControlList.of(0444));
  }

  @Test
  void anyDefaults_giveNobodyMoreThanTheirEntriesOrTheDirectory() {
    SplittableRandom random = new SplittableRandom(8);
    AceRights rights = new AceRights(true);
    for (int i = 0; i < ROUNDS; i++) {
      List<Ace> aces = any(random);
      AccessControlList own = AceFold.of(any(random), true);
      AccessControlList list = AceFold.defaults(aces, own);
      Someone someone = Someone.any(random);
      boolean named = list.users().stream().anyMatch(user -> user.id() == someone.uid());
      for (int right = 1; right <= 4; right <<= 1) {
        boolean here =
            someone.owner()
                ? (own.owner() & right) != 0
                : ((own.group() | own.other()) & right) != 0;
        boolean may =
            someone.may(aces, rights.mask(right)) || (here && (someone.owner() || !named));
        assertThat(may || !someone.may(list, right))
            .as("%d for %s by %s over %s, which came to %s", right, someone, aces, own, list)
            .isTrue();
      }
    }
  }

  @Test
  void moreUsersThanAListHoldsRoomFor_areRefused() {
    List<Ace> many = new ArrayList<>();
    for (int id = 0; id < AccessControlList.MAX_ENTRIES; id++) {
      many.add(allow(Ace.Who.user(id), READ));
    }
    assertThatThrownBy(() -> AceFold.of(many, false)).isInstanceOf(IllegalArgumentException.class);
    many.subList(AccessControlList.MAX_ENTRIES - 4, many.size()).clear();
    assertThat(AceFold.of(many, false).users()).hasSize(AccessControlList.MAX_ENTRIES - 4);
  }
}
