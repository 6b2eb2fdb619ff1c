// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;

/**
 * XDR items read from any bytes: each is read within the bytes or refused; written, it is again.
 */
class XdrFuzz {

  private static final int MOST = 1 << 20;

  @FuzzTest(maxDuration = "10m")
  void items_fromAnyBytes_areReadOrRefused(byte[] input) {
    int half = input.length / 2;
    XdrReader in = new XdrReader(ByteBuffer.wrap(input, half, input.length - half));
    XdrWriter out = new XdrWriter(64);
    int read = 0;
    try {
      for (int i = 0; i < half; i++) {
        int before = in.position();
        item(input[i] & 0xff, in, out);
        read = in.position();
        if (read < before || read + in.remaining() != input.length - half) {
          throw new AssertionError("the place is lost");
        }
      }
    } catch (BadXdrException e) {
      // Refused, which is an answer.
    }
    if (out.size() > 2 * input.length + 4 * half + 64) {
      throw new AssertionError("more was read than there was");
    }
    if (out.toByteArray().length != out.size()) {
      throw new AssertionError("the size is wrong");
    }
  }

  private static void item(int kind, XdrReader in, XdrWriter out) throws BadXdrException {
    switch (kind % 8) {
      case 0 -> out.int32(in.int32());
      case 1 -> out.int64(in.int64());
      case 2 -> out.bool(in.bool());
      case 3 -> out.opaque(same(in.copy(), in.opaque(MOST)));
      case 4 -> out.fixed(in.fixed(kind / 8));
      case 5 -> out.payload(in.view(MOST));
      case 6 -> out.int32(in.length(kind));
      default -> {
        int mark = out.mark();
        out.int32(in.length(MOST));
        out.rewind(mark);
      }
    }
  }

  private static byte[] same(XdrReader again, byte[] bytes) throws BadXdrException {
    ByteBuffer view = again.view(MOST);
    byte[] other = new byte[view.remaining()];
    view.get(other);
    if (!Arrays.equals(bytes, other)) {
      throw new AssertionError("a copy and a view differ");
    }
    return bytes;
  }
}
