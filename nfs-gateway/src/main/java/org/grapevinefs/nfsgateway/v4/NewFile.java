// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.SetAcls;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.ZoneException;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of something that is made. An access control list among them is set right after,
 * in the place of what the directory would hand down (RFC 8881, section 6.4.3); until then it is
 * the owner's alone.
 *
 * @param which the attributes' numbers
 * @param values with which it is made
 * @param acls what it is given then; null if there is no list among the attributes
 */
record NewFile(Bitmap which, SetAttributes values, @Nullable SetAcls acls) {

  private static final int ABOVE_PERMISSIONS = ~0777;
  private static final int OWNERS = 0700;

  static NewFile of(AttributeDecoder.Wanted wanted, boolean directory) throws NfsException {
    AceList acl = wanted.acl();
    if (acl == null) {
      return new NewFile(wanted.which(), wanted.values(), null);
    }
    SetAcls asked = acl.asked(directory);
    Integer mode = wanted.values().mode();
    int special = mode == null ? 0 : mode & ABOVE_PERMISSIONS;
    int own = asked.access() instanceof SetAcls.Choice.Given given ? given.list().mode() : 0;
    return new NewFile(wanted.which(), wanted.values().withMode(special | (own & OWNERS)), asked);
  }

  /**
   * Gives the file what is still to be set.
   *
   * @return what is set now: if the list cannot be, the file is there all the same, and the client
   *     sees here that it lacks
   */
  Bitmap complete(Caller caller, Target.InZone file) {
    if (acls == null) {
      return which;
    }
    try {
      var _ = file.export().files().setAcls(caller, file.file(), acls);
      return which;
    } catch (ZoneException e) {
      return which.without(Bitmap.of(Attr.ACL));
    }
  }
}
