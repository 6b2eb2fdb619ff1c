// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.sim;

/** A property that did not hold. */
public final class Violation extends RuntimeException {

  private final String property;

  /**
   * One breach.
   *
   * @param property the short name of what did not hold
   * @param message how it showed
   */
  public Violation(String property, String message) {
    super(property + ": " + message, null, false, false);
    this.property = property;
  }

  /** What did not hold. */
  public String property() {
    return property;
  }
}
