// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.net.InetSocketAddress;
import java.util.Map;
import org.grapevinefs.nfsgateway.rpc.DialedChannel;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.jspecify.annotations.Nullable;

/**
 * What only minor version 0 has: clients without sessions (RFC 7530, section 16). The sequence
 * numbers of owners are taken as they come: over TCP only a lost connection repeats a message, and
 * opening, locking and closing again does no harm.
 */
final class Minor0Operations {

  private static final int MAX_OWNER = 1024;
  private static final int MAX_ADDRESS = 256;

  private Minor0Operations() {}

  static void addTo(Map<Op, Operation> table) {
    table.put(Op.SETCLIENTID, Minor0Operations::setClient);
    table.put(Op.SETCLIENTID_CONFIRM, Minor0Operations::confirmClient);
    table.put(Op.RENEW, Minor0Operations::renew);
    table.put(Op.OPEN_CONFIRM, Minor0Operations::confirmOpen);
    table.put(Op.RELEASE_LOCKOWNER, Minor0Operations::release);
  }

  private static NfsStatus setClient(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, BadXdrException {
    long verifier = in.int64();
    Opaque owner = new Opaque(in.opaque(MAX_OWNER));
    int program = in.int32();
    in.view(MAX_ADDRESS);
    String place = new String(in.opaque(MAX_ADDRESS), US_ASCII);
    int ident = in.int32();
    try {
      long client =
          compound
              .engine()
              .state()
              .exchangeId(
                  owner, verifier, SessionOperations.principal(compound), compound.client(), false)
              .client();
      int introduction =
          compound.engine().state().introduced(client, callback(compound, program, place, ident));
      out.int64(client).int64(confirmation(client, introduction));
      return NfsStatus.OK;
    } catch (NfsException e) {
      if (e.status() == NfsStatus.CLID_INUSE) {
        out.opaque(new byte[0]).opaque(new byte[0]);
      }
      return e.status();
    }
  }

  /**
   * The way to a client that says where it listens, in the form {@code h.h.h.h.p.p}. Only its port
   * is believed: this server connects to nobody but those who connected to it.
   */
  private static @Nullable CallbackPath callback(
      Compound compound, int program, String place, int ident) {
    String[] parts = place.split("\\.", -1);
    int count = parts.length;
    if (count < 3 || !isByte(parts[count - 1]) || !isByte(parts[count - 2])) {
      return null;
    }
    int port = Integer.parseInt(parts[count - 2]) << 8 | Integer.parseInt(parts[count - 1]);
    // What a client sends encrypted is not told in clear text on another connection.
    if (port == 0 || compound.call().secure()) {
      return null;
    }
    InetSocketAddress client = new InetSocketAddress(compound.client(), port);
    return CallbackPath.dialed(program, ident, new DialedChannel(client));
  }

  private static boolean isByte(String text) {
    return text.matches("[0-9]{1,3}") && Integer.parseInt(text) <= 255;
  }

  /** What the client must show to confirm: another each time it introduces itself. */
  private static long confirmation(long client, int introduction) {
    return Long.rotateLeft(client, 17) ^ ((long) introduction << 40) ^ 0x6772617065766e65L;
  }

  private static NfsStatus confirmClient(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, BadXdrException {
    long client = in.int64();
    int introduction = compound.engine().state().introductions(client);
    if (in.int64() != confirmation(client, introduction)) {
      throw new NfsException(NfsStatus.STALE_CLIENTID);
    }
    compound.engine().state().confirmWithoutSession(client, SessionOperations.principal(compound));
    return NfsStatus.OK;
  }

  private static NfsStatus renew(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, BadXdrException {
    compound.actFor(in.int64());
    Client client = compound.stateOwner();
    CallbackPath path = client.path();
    if (client.delegations.get() > 0 && path != null && !path.isUp()) {
      // The lease is renewed all the same; and perhaps the client is there again.
      path.probe();
      return NfsStatus.CB_PATH_DOWN;
    }
    return NfsStatus.OK;
  }

  /** Confirms an owner; from then on its requests are held to their numbers. */
  private static NfsStatus confirmOpen(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, BadXdrException {
    Stateid stateid = compound.resolve(Stateid.decode(in));
    in.int32();
    compound.file();
    State state = compound.engine().state().files().find(compound.stateOwner(), stateid);
    OwnerSequence sequence = compound.sequence();
    if (sequence == null || sequence.confirmed) {
      throw new NfsException(NfsStatus.BAD_STATEID);
    }
    sequence.confirmed = true;
    compound.engine().state().guarded(state::advance).encode(out);
    return NfsStatus.OK;
  }

  private static NfsStatus release(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, BadXdrException {
    compound.actFor(in.int64());
    Opaque owner = new Opaque(in.opaque(MAX_OWNER));
    compound.engine().state().files().release(compound.stateOwner(), owner);
    compound.stateOwner().sequences.release(owner);
    return NfsStatus.OK;
  }
}
