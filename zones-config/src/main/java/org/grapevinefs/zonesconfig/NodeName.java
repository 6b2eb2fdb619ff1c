// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

/**
 * The name of a node, as people and zone files write it.
 *
 * @param value 1 to 63 characters of {@code a-z 0-9 - _ .}, not beginning with {@code .} or {@code
 *     -}
 */
public record NodeName(String value) implements Comparable<NodeName> {

  /** Checks the name; an {@link InvalidValueException} says what is wrong. */
  public NodeName {
    Names.check("node", value);
  }

  @Override
  public int compareTo(NodeName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
