// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.time.Duration;
import java.util.Map;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Timestamp;
import org.grapevinefs.replication.fs.Attributes;
import org.jspecify.annotations.Nullable;

/**
 * Giving delegations back (RFC 8881, section 18.6), and asking the one who may write a file what it
 * looks like (section 20.1).
 */
final class DelegationOperations {

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private DelegationOperations() {}

  static void addTo(Map<Op, Operation> table) {
    table.put(Op.DELEGRETURN, DelegationOperations::giveBack);
  }

  private static NfsStatus giveBack(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, BadXdrException {
    Stateid stateid = compound.resolve(Stateid.decode(in));
    StateTable state = compound.engine().state();
    state.delegations().takeBack(compound.stateOwner(), stateid, compound.file());
    return NfsStatus.OK;
  }

  /**
   * The attributes of a file, with what only another client with a delegation to write it knows. If
   * that one does not say, the delegation is called back and the caller comes again.
   */
  static Attributes seen(Compound compound, Target target, Attributes attributes)
      throws NfsException {
    if (!(target instanceof Target.InZone file) || attributes.type() != FileType.REGULAR) {
      return attributes;
    }
    Delegations delegations = compound.engine().state().delegations();
    if (!delegations.anyIn(file.export().zone())) {
      return attributes;
    }
    Client client = compound.stateOwner();
    State.Delegation writer = delegations.writer(client, file);
    if (writer != null && compound.minor() == 0 && isLikely(compound, writer)) {
      return attributes;
    }
    if (writer == null) {
      delegations.require(client, file, false);
      return attributes;
    }
    Attributes heard = ask(compound, writer, attributes);
    if (heard == null) {
      delegations.require(client, file, false);
      return attributes;
    }
    return heard;
  }

  /** Minor version 0 does not say who asks; from the holder's address it is the holder. */
  private static boolean isLikely(Compound compound, State.Delegation writer) throws NfsException {
    return compound.stateOwner() == Client.NOBODY
        && writer.client.address().equals(compound.client());
  }

  private static @Nullable Attributes ask(
      Compound compound, State.Delegation writer, Attributes attributes) {
    CallbackPath path = writer.client.path();
    if (path == null || !path.isUp()) {
      return null;
    }
    byte[] handle = compound.engine().handles().of(writer.file.export.zone(), writer.file.id);
    StateTable state = compound.engine().state();
    CallbackPath.Answer answer =
        state
            .delegations()
            .await(
                path.call(
                    CallbackPath.GETATTR,
                    out -> {
                      out.opaque(handle);
                      Bitmap.of(Attr.CHANGE, Attr.SIZE).encode(out);
                    }),
                PATIENCE);
    if (answer == null || answer.status() != 0) {
      return null;
    }
    try {
      return told(writer, answer.body(), attributes, state.now());
    } catch (BadXdrException e) {
      return null;
    }
  }

  /** The server's attributes unless the client changed the file meanwhile (section 10.4.3). */
  private static Attributes told(State.Delegation writer, XdrReader in, Attributes a, long millis)
      throws BadXdrException {
    Bitmap which = Bitmap.decode(in);
    if (!which.has(Attr.CHANGE) || !which.has(Attr.SIZE)) {
      throw new BadXdrException("not what was asked for");
    }
    in.int32();
    long change = in.int64();
    long size = in.int64();
    if (change == writer.change && (size == a.size() || a.change() != writer.change)) {
      return a;
    }
    synchronized (writer) {
      if (writer.heardChange != change || writer.shownChange <= a.change()) {
        writer.heardChange = change;
        writer.shownChange = Math.max(a.change(), writer.shownChange) + 1;
      }
      Timestamp now = Timestamp.of(java.time.Instant.ofEpochMilli(millis));
      return new Attributes(
          a.id(),
          a.type(),
          a.mode(),
          a.links(),
          a.uid(),
          a.gid(),
          size,
          a.used(),
          a.device(),
          a.accessed(),
          now,
          now,
          a.created(),
          writer.shownChange);
    }
  }
}
