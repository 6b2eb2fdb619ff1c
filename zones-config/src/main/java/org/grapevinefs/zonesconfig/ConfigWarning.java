// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.util.Optional;

/**
 * A definition that is in force but will not do all that was hoped, in the world as it is now.
 *
 * @param kind which of the known ones, for scripts
 * @param zone the zone it concerns; empty when the whole node
 * @param message a sentence for people, with figures and names
 */
public record ConfigWarning(Kind kind, Optional<ZoneName> zone, String message) {

  /** The kinds of warnings. */
  public enum Kind {
    /** A member's volume is smaller than the zone's quota. */
    VOLUME_SMALLER_THAN_QUOTA,
    /** The quotas on a volume sum past its capacity; allowed. */
    VOLUME_OVERCOMMITTED,
    /** A member that nobody has heard of. */
    UNKNOWN_MEMBER,
    /** Only one member: no second copy. */
    ONE_MEMBER,
    /** A node's clock is apart from this one's. */
    CLOCKS_APART,
    /** A volume that is not Btrfs. */
    NOT_BTRFS;

    @Override
    public String toString() {
      return Words.of(this);
    }
  }

  @Override
  public String toString() {
    return zone.map(name -> "zone " + name + ": ").orElse("") + message;
  }
}
