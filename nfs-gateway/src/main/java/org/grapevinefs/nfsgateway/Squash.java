// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

/** Whose numbers an export does not believe, and makes anonymous. */
public enum Squash {
  /** Everyone is who they say. */
  NONE,
  /** Root becomes anonymous. */
  ROOT,
  /** Everyone becomes anonymous. */
  ALL
}
