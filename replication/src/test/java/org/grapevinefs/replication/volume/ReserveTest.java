// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.volume;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReserveTest {

  @TempDir Path folder;

  private final List<Reserve> open = new ArrayList<>();

  private Path file() {
    return folder.resolve("reserve");
  }

  private Reserve reserve(Path of) {
    Reserve reserve = new Reserve(of);
    open.add(reserve);
    return reserve;
  }

  @AfterEach
  void close() {
    open.forEach(Reserve::close);
  }

  @Test
  void give_ofOneZone_holdsUpTheOthersOfItsVolumeOnly() throws Exception {
    Reserve one = reserve(Files.createDirectories(folder.resolve("volume/one")));
    Reserve beside = reserve(Files.createDirectories(folder.resolve("volume/beside")));
    Reserve elsewhere = reserve(Files.createDirectories(folder.resolve("other/elsewhere")));
    one.give();
    assertThat(beside.isGiven()).isTrue();
    assertThat(elsewhere.isGiven()).isFalse();
    one.close();
    assertThat(beside.isGiven()).isFalse();
  }

  @Test
  void reserve_givenAndRefilled_isThereAgain() throws Exception {
    Reserve reserve = reserve(folder);
    assertThat(reserve.isGiven()).isFalse();
    assertThat(Files.size(file())).isBetween(Reserve.SMALL, Reserve.LARGE);

    assertThat(reserve.give()).isTrue();
    assertThat(reserve.isGiven()).isTrue();
    assertThat(file()).doesNotExist();
    assertThat(reserve.give()).isFalse();

    reserve.refill();
    assertThat(reserve.isGiven()).isFalse();
    assertThat(Files.size(file())).isBetween(Reserve.SMALL, Reserve.LARGE);
  }

  @Test
  void open_ofWhatIsThere_keepsIt() throws Exception {
    Files.write(file(), new byte[] {1});
    assertThat(reserve(folder).isGiven()).isFalse();
    assertThat(Files.size(file())).isEqualTo(1);
  }

  @Test
  void open_ofAFileThatHoldsNothing_takesTheRoomAtTheNextTry() throws Exception {
    Files.createFile(file());
    Reserve reserve = reserve(folder);
    assertThat(reserve.isGiven()).isTrue();
    reserve.refill();
    assertThat(reserve.isGiven()).isFalse();
    assertThat(Files.size(file())).isBetween(Reserve.SMALL, Reserve.LARGE);
  }
}
