// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.fs;

/**
 * The numbers of a device node.
 *
 * @param major unsigned 32 bits
 * @param minor unsigned 32 bits
 */
public record Device(int major, int minor) {

  /** Of a file that is no device. */
  public static final Device NONE = new Device(0, 0);
}
