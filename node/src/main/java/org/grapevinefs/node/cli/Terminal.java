// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import java.io.Console;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The terminal that a command was started from, if it was. */
final class Terminal {
  /** What is believed of a terminal that does not say: the oldest ones had as many. */
  private static final int USUAL_ROWS = 24;

  private Terminal() {}

  /** Whether both input and output are a terminal. */
  static boolean isThere() {
    return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
  }

  /** How many lines it shows right now. The JDK cannot tell, {@code stty} is everywhere. */
  static int rows() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String size =
          new String(stty.getInputStream().readNBytes(100), StandardCharsets.US_ASCII).strip();
      if (stty.waitFor(1, TimeUnit.SECONDS) && size.matches("\\d{1,5} \\d{1,5}")) {
        int rows = Integer.parseInt(size.substring(0, size.indexOf(' ')));
        return rows == 0 ? USUAL_ROWS : rows;
      }
    } catch (IOException e) {
      return USUAL_ROWS;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return USUAL_ROWS;
  }
}
