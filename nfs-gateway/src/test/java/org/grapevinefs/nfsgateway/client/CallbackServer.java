// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.client;

import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.jspecify.annotations.Nullable;

/** A client's side of the back channel (RFC 8881, section 20): notes recalls, tells attributes. */
public final class CallbackServer {

  private static final int GETATTR = 3;
  private static final int SEQUENCE = 11;

  private final BlockingQueue<byte[]> recalls = new LinkedBlockingQueue<>();
  private volatile boolean silent;
  private volatile int status;
  private volatile long change;
  private volatile long size;

  /** One that answers OK. */
  public CallbackServer() {}

  /** Stateids called back. */
  public BlockingQueue<byte[]> recalls() {
    return recalls;
  }

  /** Never answers from now on. */
  public void fallSilent() {
    silent = true;
  }

  /** Answers every recall so. */
  public void answer(int with) {
    status = with;
  }

  /** What the client knows of the file that it may write. */
  public void tell(long newChange, long newSize) {
    change = newChange;
    size = newSize;
  }

  /** Answers one call, given from its credential on. */
  public byte @Nullable [] call(ByteBuffer call) {
    if (silent) {
      return null;
    }
    try {
      return answer(new XdrReader(call));
    } catch (BadXdrException e) {
      throw new AssertionError(e);
    }
  }

  private byte[] answer(XdrReader in) throws BadXdrException {
    in.int32();
    in.view(400);
    in.int32();
    in.view(400);
    XdrWriter out = new XdrWriter(256);
    if (in.remaining() == 0) {
      return new byte[0];
    }
    in.view(1024);
    in.int32();
    in.int32();
    int count = in.int32();
    XdrWriter results = new XdrWriter(256);
    int last = 0;
    for (int i = 0; i < count; i++) {
      int op = in.int32();
      results.int32(op);
      if (op == SEQUENCE) {
        byte[] session = in.fixed(16);
        int sequence = in.int32();
        int slot = in.int32();
        in.int32();
        in.int32();
        in.int32();
        results.int32(0).fixed(session).int32(sequence).int32(slot).int32(0).int32(0);
      } else if (op == GETATTR) {
        in.opaque(128);
        in.fixed(in.length(3) * 4);
        results.int32(0).int32(1).int32(1 << 3 | 1 << 4).int32(16).int64(change).int64(size);
      } else {
        recalls.add(in.fixed(16));
        in.int32();
        in.opaque(128);
        last = status;
        results.int32(last);
      }
    }
    return out.int32(last).int32(0).int32(count).fixed(results.toByteArray()).toByteArray();
  }
}
