// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.client;

import java.nio.ByteBuffer;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;

/** The answer to a compound, read from front to back. Not thread-safe. */
public final class Reply {

  private final XdrReader in;
  private final ByteBuffer raw;
  private final int status;
  private final int results;

  Reply(ByteBuffer bytes) throws BadXdrException {
    raw = bytes.slice();
    in = new XdrReader(bytes);
    status = in.int32();
    in.opaque(1024);
    results = in.int32();
  }

  /** The status of the operation that was last. */
  public int status() {
    return status;
  }

  /** How many operations have results. */
  public int results() {
    return results;
  }

  /** All bytes of the answer. */
  public ByteBuffer raw() {
    return raw.duplicate();
  }

  /** The rest. */
  public XdrReader in() {
    return in;
  }

  /**
   * Goes to the result of the next operation, which must be the one named and OK; its body comes
   * next.
   */
  public XdrReader expect(int op) throws BadXdrException {
    int found = in.int32();
    int result = in.int32();
    if (found != op || result != 0) {
      throw new AssertionError("operation " + found + " ended with " + result);
    }
    return in;
  }

  /** Passes over operations whose results have no body. */
  public Reply skip(int... ops) throws BadXdrException {
    for (int op : ops) {
      expect(op);
    }
    return this;
  }

  /** The body of GETFH. */
  public byte[] handle() throws BadXdrException {
    return expect(10).opaque(128);
  }

  /** The body of OPEN: its stateid. */
  public byte[] opened() throws BadXdrException {
    return opening().stateid();
  }

  /**
   * What OPEN gave.
   *
   * @param stateid of the open
   * @param kind of delegation: 0 none, 1 to read, 2 to write, 3 none with a reason
   * @param delegation its stateid; empty if there is none
   */
  public record Opening(byte[] stateid, int kind, byte[] delegation) {}

  /** The body of OPEN. */
  public Opening opening() throws BadXdrException {
    expect(18);
    byte[] stateid = in.fixed(16);
    in.fixed(20);
    in.int32();
    in.fixed(in.length(8) * 4);
    int kind = in.int32();
    byte[] delegation = new byte[0];
    if (kind == 1 || kind == 2) {
      delegation = in.fixed(16);
      in.int32();
      in.fixed(kind == 2 ? 12 : 0);
      in.fixed(12);
      in.opaque(128);
    } else if (kind == 3 && in.int32() != 0) {
      in.int32();
    }
    return new Opening(stateid, kind, delegation);
  }

  /** A stateid as the body of LOCK, LOCKU, CLOSE or OPEN_DOWNGRADE. */
  public byte[] stateid(int op) throws BadXdrException {
    return expect(op).fixed(16);
  }

  /** The body of READ. */
  public byte[] data() throws BadXdrException {
    expect(25).bool();
    return in.opaque(2 << 20);
  }

  /** The values of GETATTR. */
  public XdrReader attributes() throws BadXdrException {
    expect(9);
    in.fixed(in.length(8) * 4);
    return new XdrReader(in.view(65_536));
  }
}
