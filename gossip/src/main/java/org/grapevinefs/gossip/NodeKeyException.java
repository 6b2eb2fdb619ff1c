// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.io.IOException;
import java.nio.file.Path;

/** A node key that cannot be used; the message names the file and says how to mend it. */
public final class NodeKeyException extends IOException {
  NodeKeyException(Path file, String problem) {
    super("node key " + file + ": " + problem);
  }

  NodeKeyException(Path file, String problem, Throwable cause) {
    super("node key " + file + ": " + problem, cause);
  }
}
