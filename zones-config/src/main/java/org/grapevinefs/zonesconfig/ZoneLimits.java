// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.util.Optional;

/**
 * How fast clients of one node may use a zone. What is empty is not limited.
 *
 * @param read bytes a second
 * @param write bytes a second
 * @param readIops operations a second, at least 1
 * @param writeIops operations a second, at least 1
 */
public record ZoneLimits(
    Optional<ByteSize> read,
    Optional<ByteSize> write,
    Optional<Integer> readIops,
    Optional<Integer> writeIops) {

  /** No limit at all. */
  public static final ZoneLimits NONE =
      new ZoneLimits(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  /** Refuses limits that let nothing through. */
  public ZoneLimits {
    if (read.filter(rate -> rate.bytes() == 0).isPresent()
        || write.filter(rate -> rate.bytes() == 0).isPresent()
        || readIops.filter(count -> count < 1).isPresent()
        || writeIops.filter(count -> count < 1).isPresent()) {
      throw new InvalidValueException("a limit is at least 1; leave it out for none");
    }
  }
}
