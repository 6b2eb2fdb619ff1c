// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import java.util.Optional;

/**
 * A text that is no value of the kind asked for; says what is wrong and, where known, the way out.
 */
public final class InvalidValueException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // never serialised; the exception only travels up the stack
  private final Optional<String> suggestion;

  InvalidValueException(String message) {
    super(message);
    this.suggestion = Optional.empty();
  }

  InvalidValueException(String message, String suggestion) {
    super(message);
    this.suggestion = Optional.of(suggestion);
  }

  /** The nearest right spelling, if there is one near. */
  public Optional<String> suggestion() {
    return suggestion;
  }
}
