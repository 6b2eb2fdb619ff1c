// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v3;

import org.grapevinefs.nfsgateway.v4.Stateless;
import org.jspecify.annotations.Nullable;

/** RPC program 100003, version 3 (RFC 1813). */
public final class Nfs3Program extends ProcedureProgram {

  private static final int PROGRAM = 100_003;
  private static final int VERSION = 3;

  /** The program over what version 4 serves. */
  public Nfs3Program(Stateless shared) {
    super(shared, PROGRAM, VERSION);
  }

  @Override
  @Nullable Entry entry(int procedure) {
    return switch (procedure) {
      case 1 -> new Entry(FileProcedures::getattr, 0, false);
      case 2 -> new Entry(FileProcedures::setattr, 2, true);
      case 3 -> new Entry(FileProcedures::lookup, 1, false);
      case 4 -> new Entry(FileProcedures::access, 1, false);
      case 5 -> new Entry(FileProcedures::readlink, 1, false);
      case 6 -> new Entry(FileProcedures::read, 1, false);
      case 7 -> new Entry(FileProcedures::write, 2, false);
      case 8 -> new Entry(NameProcedures::create, 2, true);
      case 9 -> new Entry(NameProcedures::mkdir, 2, true);
      case 10 -> new Entry(NameProcedures::symlink, 2, true);
      case 11 -> new Entry(NameProcedures::mknod, 2, true);
      case 12 -> new Entry(NameProcedures::remove, 2, true);
      case 13 -> new Entry(NameProcedures::rmdir, 2, true);
      case 14 -> new Entry(NameProcedures::rename, 4, true);
      case 15 -> new Entry(NameProcedures::link, 3, true);
      case 16 -> new Entry(DirectoryProcedures::readdir, 1, false);
      case 17 -> new Entry(DirectoryProcedures::readdirPlus, 1, false);
      case 18 -> new Entry(FileProcedures::fsstat, 1, false);
      case 19 -> new Entry(FileProcedures::fsinfo, 1, false);
      case 20 -> new Entry(FileProcedures::pathconf, 1, false);
      case 21 -> new Entry(FileProcedures::commit, 2, false);
      default -> null;
    };
  }
}
