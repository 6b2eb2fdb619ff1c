// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;

/** Giving up and testing stateids (RFC 8881, sections 18.38 and 18.48). */
final class StateidOperations {

  private static final int MOST_TESTED = 1024;

  private StateidOperations() {}

  static void addTo(Map<Op, Operation> table) {
    table.put(Op.FREE_STATEID, StateidOperations::free);
    table.put(Op.TEST_STATEID, StateidOperations::test);
  }

  private static NfsStatus free(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, BadXdrException {
    Stateid stateid = compound.resolve(Stateid.decode(in));
    compound.engine().state().files().free(compound.stateOwner(), stateid);
    return NfsStatus.OK;
  }

  private static NfsStatus test(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, BadXdrException {
    int count = in.length(MOST_TESTED);
    List<NfsStatus> results = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      results.add(test(compound, Stateid.decode(in)));
    }
    out.int32(count);
    results.forEach(result -> out.int32(result.code()));
    return NfsStatus.OK;
  }

  private static NfsStatus test(Compound compound, Stateid stateid) throws NfsException {
    Client client = compound.stateOwner();
    try {
      compound.engine().state().files().find(client, stateid);
      return NfsStatus.OK;
    } catch (NfsException e) {
      return e.status();
    }
  }
}
