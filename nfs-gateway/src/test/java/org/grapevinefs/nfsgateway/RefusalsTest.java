// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RefusalsTest {

  private static final int MOST_LINES = 100;

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final Refusals refusals = new Refusals(() -> now);

  private boolean isLogged(int client) throws UnknownHostException {
    byte[] address = {10, 0, (byte) (client >> 8), (byte) client};
    return refusals.isWorthALine(Refusals.Kind.BAD_MESSAGE, InetAddress.getByAddress(address));
  }

  @Test
  void refusals_ofOneKindAndAddress_areLoggedOnceAMinute() throws Exception {
    assertThat(isLogged(1)).isTrue();
    assertThat(isLogged(1)).isFalse();
    assertThat(isLogged(2)).isTrue();
    now = now.plus(Duration.ofMinutes(1));
    assertThat(isLogged(1)).isTrue();
  }

  @Test
  void refusals_ofManyAddresses_areAllCountedButNotAllLogged() throws Exception {
    int lines = 0;
    for (int i = 0; i < 10 * MOST_LINES; i++) {
      lines += isLogged(i) ? 1 : 0;
      refusals.note(Refusals.Kind.BAD_MESSAGE, InetAddress.getLoopbackAddress());
    }
    assertThat(lines).isBetween(MOST_LINES - 1, MOST_LINES);
    assertThat(refusals.byName()).containsEntry("bad-message", 10L * MOST_LINES);
    now = now.plus(Duration.ofMinutes(1));
    assertThat(isLogged(0)).isTrue();
  }
}
