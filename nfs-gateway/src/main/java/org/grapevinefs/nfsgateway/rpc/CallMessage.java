// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.rpc;

import java.nio.ByteBuffer;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;

/** The bytes of a call to a client, and of its answer (RFC 5531, section 9). */
final class CallMessage {

  private static final int LAST = 0x8000_0000;
  private static final int RPC_VERSION = 2;
  private static final int MAX_AUTH = 400;

  private CallMessage() {}

  /** A whole record, with its marker. */
  static byte[] encode(
      int xid,
      int program,
      int version,
      int procedure,
      BackChannel.Auth auth,
      XdrWriter arguments) {
    XdrWriter head = new XdrWriter(128);
    head.int32(xid).int32(0).int32(RPC_VERSION).int32(program).int32(version).int32(procedure);
    head.int32(auth.flavor()).opaque(auth.body()).int32(Credential.NONE).int32(0);
    byte[] first = head.toByteArray();
    byte[] rest = arguments.toByteArray();
    int size = first.length + rest.length;
    return ByteBuffer.allocate(4 + size).putInt(size | LAST).put(first).put(rest).array();
  }

  /**
   * The results in an answer, read to behind its xid and message type.
   *
   * @throws BadXdrException if the call was refused or the answer makes no sense
   */
  static XdrReader results(XdrReader answer) throws BadXdrException {
    if (answer.int32() != 0) {
      throw new BadXdrException("the client denies the call");
    }
    answer.int32();
    answer.view(MAX_AUTH);
    int status = answer.int32();
    if (status != 0) {
      throw new BadXdrException("the client's program answers " + status);
    }
    return answer;
  }
}
