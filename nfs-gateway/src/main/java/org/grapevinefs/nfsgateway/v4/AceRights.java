// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

/**
 * The three rights of POSIX in the finer ones of version 4: of files, or of directories, where
 * writing is removing names too.
 *
 * @param directory whether of directories
 */
record AceRights(boolean directory) {

  static final int READ = 4;
  static final int WRITE = 2;
  static final int EXECUTE = 1;
  static final int ALL = READ | WRITE | EXECUTE;

  /** What everyone may do, whatever an entry says. */
  private static final int ANYONES = Ace.READ_ATTRIBUTES | Ace.READ_ACL | Ace.SYNCHRONIZE;

  /** What the owner may do beside. */
  private static final int OWNERS = Ace.WRITE_ATTRIBUTES | Ace.WRITE_ACL;

  /** The mask of these rights and no others. */
  int mask(int rights) {
    return ((rights & READ) != 0 ? Ace.READ_DATA : 0)
        | ((rights & WRITE) != 0 ? writing() : 0)
        | ((rights & EXECUTE) != 0 ? Ace.EXECUTE : 0);
  }

  private int writing() {
    return Ace.WRITE_DATA | Ace.APPEND_DATA | (directory ? Ace.DELETE_CHILD : 0);
  }

  /** The mask of an entry that allows these rights. */
  int allowed(int rights, Ace.Kind kind) {
    return mask(rights) | ANYONES | (kind == Ace.Kind.OWNER ? OWNERS : 0);
  }

  /** The rights that a mask gives in full. */
  int in(int mask) {
    int rights = 0;
    for (int right = EXECUTE; right <= READ; right <<= 1) {
      int bits = mask(right);
      rights |= (mask & bits) == bits ? right : 0;
    }
    return rights;
  }
}
