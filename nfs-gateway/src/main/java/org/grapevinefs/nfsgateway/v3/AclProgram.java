// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v3;

import org.grapevinefs.nfsgateway.v4.Stateless;
import org.jspecify.annotations.Nullable;

/**
 * RPC program 100227, version 3: POSIX access control lists beside NFS version 3. No RFC has it; it
 * is what Solaris began with and Linux speaks too ({@code linux/nfsacl.h}).
 */
public final class AclProgram extends ProcedureProgram {

  private static final int PROGRAM = 100_227;
  private static final int VERSION = 3;

  /** The program over what version 4 serves. */
  public AclProgram(Stateless shared) {
    super(shared, PROGRAM, VERSION);
  }

  @Override
  @Nullable Entry entry(int procedure) {
    return switch (procedure) {
      case 1 -> new Entry(AclProcedures::get, 1, false);
      case 2 -> new Entry(AclProcedures::set, 1, true);
      default -> null;
    };
  }
}
