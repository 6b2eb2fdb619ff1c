// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.fs;

/** How a file is created when its name may be taken (RFC 8881, section 18.16). */
public sealed interface CreateMode {
  /** Take the file that is there; of the attributes only a size is then applied. */
  record Unchecked() implements CreateMode {}

  /** Fail with {@link ZoneError#EXIST} if the name is taken. */
  record Guarded() implements CreateMode {}

  /**
   * As guarded, but a repeat with the same verifier finds the file it made. The verifier is kept
   * with the file.
   */
  record Exclusive(long verifier) implements CreateMode {}
}
