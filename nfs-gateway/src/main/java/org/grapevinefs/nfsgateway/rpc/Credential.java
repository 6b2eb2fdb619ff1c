// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.rpc;

import java.util.Set;

/**
 * Who says they call.
 *
 * @param flavor RPC flavour: {@link #NONE} or {@link #SYS}
 * @param uid user number as claimed
 * @param gid group number as claimed
 * @param groups more group numbers as claimed
 */
public record Credential(int flavor, int uid, int gid, Set<Integer> groups) {

  /** AUTH_NONE: anonymous. */
  public static final int NONE = 0;

  /** AUTH_SYS: the numbers that the client's kernel vouches for. */
  public static final int SYS = 1;

  /** Anonymous. */
  public static final Credential ANONYMOUS = new Credential(NONE, 0, 0, Set.of());

  /** Copies the groups. */
  public Credential {
    groups = Set.copyOf(groups);
  }
}
