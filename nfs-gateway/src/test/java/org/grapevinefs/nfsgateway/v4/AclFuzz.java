// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.grapevinefs.replication.core.AccessControlList;
import org.grapevinefs.replication.fs.FileAcls;
import org.grapevinefs.replication.fs.SetAcls;
import org.jspecify.annotations.Nullable;

/**
 * Access control lists of version 4 from any bytes: each is refused, or comes to lists that give
 * nobody more and, told to a client and set by it, are the same again.
 */
class AclFuzz {

  @FuzzTest(maxDuration = "10m")
  void list_fromAnyBytes_isRefusedOrGivesNobodyMore(byte[] input) throws Exception {
    if (input.length == 0) {
      return;
    }
    boolean directory = (input[0] & 1) != 0;
    AceList given;
    SetAcls asked;
    try {
      given = AceList.decode(new XdrReader(ByteBuffer.wrap(input, 1, input.length - 1)));
      asked = given.asked(directory);
    } catch (BadXdrException | NfsException e) {
      // Refused, which is an answer.
      return;
    }
    AccessControlList access = list(asked.access());
    if (access == null) {
      throw new AssertionError("a list that came to none");
    }
    requireSame(asked, new FileAcls(access, list(asked.defaults())), directory);
    List<Ace> aces = given.aces().stream().filter(Ace::isOfItself).toList();
    for (Ace ace : aces) {
      int id = ace.who().id();
      for (int kind = 0; kind < 8; kind++) {
        boolean owner = kind >= 6;
        boolean owning = (kind & 1) != 0;
        Set<Integer> groups = (kind & 2) != 0 ? Set.of(id) : Set.of();
        requireNoMore(new Someone(owner, id + (kind & 4), owning, groups), aces, access, directory);
      }
    }
  }

  private static void requireSame(SetAcls asked, FileAcls acls, boolean directory)
      throws Exception {
    XdrWriter out = new XdrWriter(256);
    AceList.of(acls, directory).encode(out);
    XdrReader in = new XdrReader(ByteBuffer.wrap(out.toByteArray()));
    SetAcls again = AceList.decode(in).asked(directory);
    if (in.remaining() != 0 || out.size() > AceList.MOST_BYTES || !again.equals(asked)) {
      throw new AssertionError(asked + " came back as " + again);
    }
  }

  private static void requireNoMore(
      Someone someone, List<Ace> aces, AccessControlList list, boolean directory) {
    AceRights rights = new AceRights(directory);
    for (int wanted = 1; wanted <= 7; wanted++) {
      if (someone.may(list, wanted) && !someone.may(aces, rights.mask(wanted))) {
        throw new AssertionError(someone + " may " + wanted + " by " + list + ", not by " + aces);
      }
    }
  }

  private static @Nullable AccessControlList list(SetAcls.@Nullable Choice choice) {
    return choice instanceof SetAcls.Choice.Given(AccessControlList list) ? list : null;
  }
}
