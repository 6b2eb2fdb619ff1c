// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.fuzz;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;

/**
 * The arguments of a call made of any bytes. Random bytes hardly ever name a file or a session that
 * is there, so a byte here stands for a whole XDR item, often one that is right where it comes:
 *
 * <pre>
 * 00–0f      the number 0–15
 * 10 b4      any 32 bits              11 b8   any 64 bits
 * 12 n b*n   n bytes with length      13 n b*n  the same without
 * 14 b4      a length that lies       15 n    n * 256 zero bytes with length
 * 16–1d      names: f, g, dir, link, new, user.x, a name too long, ..
 * 1e, 1f     all zero and all one bits, 16 bytes
 * 20–6f      the number of an operation, 0–79
 * 70–7f      handles, stateids and numbers that are right: see {@link FuzzedGateway}
 * 80–ff      a bitmap of two words with bit (n - 80) and the one after it
 * </pre>
 */
final class Script {

  private static final int MOST_BYTES = 1 << 20;
  private static final String[] NAMES = {
    "f", "g", "dir", "link", "new", "user.x", "n".repeat(300), ".."
  };

  /** The arguments, and how many operations were begun in them. */
  record Arguments(byte[] bytes, int operations) {}

  private Script() {}

  /** Writes the arguments that a script stands for. */
  static Arguments run(ByteBuffer script, Map<Integer, byte[]> known) {
    XdrWriter out = new XdrWriter(512);
    int operations = 0;
    while (script.hasRemaining() && out.size() < MOST_BYTES) {
      int item = script.get() & 0xff;
      if (item < 0x10) {
        out.int32(item);
      } else if (item < 0x16) {
        raw(item, script, out);
      } else if (item < 0x1e) {
        out.opaque(NAMES[item - 0x16].getBytes(StandardCharsets.UTF_8));
      } else if (item < 0x20) {
        long bits = item == 0x1e ? 0 : -1;
        out.int64(bits).int64(bits);
      } else if (item < 0x70) {
        operations++;
        out.int32(item - 0x20);
      } else if (item < 0x80) {
        out.fixed(known.getOrDefault(item, new byte[16]));
      } else {
        bitmap(item - 0x80, out);
      }
    }
    return new Arguments(out.toByteArray(), operations);
  }

  private static void raw(int item, ByteBuffer script, XdrWriter out) {
    switch (item) {
      case 0x10 -> out.fixed(take(script, 4));
      case 0x11 -> out.fixed(take(script, 8));
      case 0x12 -> out.opaque(take(script, one(script)));
      case 0x13 -> out.fixed(take(script, one(script)));
      case 0x14 -> out.fixed(take(script, 4));
      default -> out.opaque(new byte[one(script) * 256]);
    }
  }

  private static void bitmap(int bit, XdrWriter out) {
    int[] words = new int[4];
    words[bit / 32] |= 1 << bit;
    words[((bit + 1) / 32) % 4] |= 1 << (bit + 1);
    out.int32(words[3] != 0 ? 4 : 3).int32(words[0]).int32(words[1]).int32(words[2]);
    if (words[3] != 0) {
      out.int32(words[3]);
    }
  }

  private static int one(ByteBuffer script) {
    return script.hasRemaining() ? script.get() & 0xff : 0;
  }

  private static byte[] take(ByteBuffer script, int length) {
    byte[] bytes = new byte[length];
    script.get(bytes, 0, Math.min(length, script.remaining()));
    return bytes;
  }
}
