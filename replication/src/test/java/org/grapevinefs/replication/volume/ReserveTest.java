// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.volume;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReserveTest {

  @TempDir Path folder;

  private Path file() {
    return folder.resolve("reserve");
  }

  @Test
  void reserve_givenAndRefilled_isThereAgain() throws Exception {
    Reserve reserve = new Reserve(folder);
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
    assertThat(new Reserve(folder).isGiven()).isFalse();
    assertThat(Files.size(file())).isEqualTo(1);
  }

  @Test
  void open_ofAFileThatHoldsNothing_takesTheRoomAtTheNextTry() throws Exception {
    Files.createFile(file());
    Reserve reserve = new Reserve(folder);
    assertThat(reserve.isGiven()).isTrue();
    reserve.refill();
    assertThat(reserve.isGiven()).isFalse();
    assertThat(Files.size(file())).isBetween(Reserve.SMALL, Reserve.LARGE);
  }
}
