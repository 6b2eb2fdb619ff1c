// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventLogTest {
  private final EventLog log = new EventLog(InstantSource.fixed(Instant.ofEpochMilli(5)), "");

  @Test
  void add_beyondCapacity_forgetsTheOldest() {
    for (int i = 0; i < EventLog.CAPACITY + 3; i++) {
      log.info("z", "", "event " + i);
    }
    assertThat(log.last(0)).hasSize(EventLog.CAPACITY);
    assertThat(log.last(0).getFirst().text()).isEqualTo("event 3");
    assertThat(log.last(2)).extracting(EventLog.Event::number).containsExactly(2002L, 2003L);
  }

  @Test
  void add_textWithNewlines_staysOneLine() {
    log.add(EventLog.Level.WARNING, "z", "", "a\nb", "x\r\ny");
    assertThat(log.last(1).getFirst().path()).isEqualTo("a?b");
    assertThat(log.last(1).getFirst().text()).isEqualTo("x??y");
  }

  @Test
  void listen_untilClosed_hearsEachEvent() throws Exception {
    List<String> heard = new ArrayList<>();
    AutoCloseable listening = log.listen(event -> heard.add(event.text()));
    log.info("", "", "one");
    listening.close();
    log.info("", "", "two");
    assertThat(heard).containsExactly("one");
  }
}
