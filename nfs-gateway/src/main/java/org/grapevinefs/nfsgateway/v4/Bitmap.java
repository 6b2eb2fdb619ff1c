// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;

/**
 * A set of attribute numbers, 0 to 95 (RFC 8881, section 3.3.7).
 *
 * @param word0 numbers 0 to 31
 * @param word1 numbers 32 to 63
 * @param word2 numbers 64 to 95
 */
record Bitmap(int word0, int word1, int word2) {

  static final Bitmap EMPTY = new Bitmap(0, 0, 0);
  private static final int MAX_WORDS = 64;

  static Bitmap of(int... numbers) {
    Bitmap map = EMPTY;
    for (int number : numbers) {
      map = map.with(number);
    }
    return map;
  }

  /** Reads a bitmap; numbers over 95, that no version so far has, are dropped. */
  static Bitmap decode(XdrReader in) throws BadXdrException {
    int words = in.length(MAX_WORDS);
    int[] three = new int[3];
    for (int i = 0; i < words; i++) {
      int word = in.int32();
      if (i < 3) {
        three[i] = word;
      }
    }
    return new Bitmap(three[0], three[1], three[2]);
  }

  void encode(XdrWriter out) {
    int words = word2 != 0 ? 3 : word1 != 0 ? 2 : word0 != 0 ? 1 : 0;
    out.int32(words);
    if (words > 0) {
      out.int32(word0);
    }
    if (words > 1) {
      out.int32(word1);
    }
    if (words > 2) {
      out.int32(word2);
    }
  }

  boolean has(int number) {
    int word = number < 32 ? word0 : number < 64 ? word1 : word2;
    return (word >>> (number & 31) & 1) != 0;
  }

  boolean isEmpty() {
    return (word0 | word1 | word2) == 0;
  }

  Bitmap with(int number) {
    return or(
        new Bitmap(
            number < 32 ? 1 << number : 0,
            number >= 32 && number < 64 ? 1 << (number - 32) : 0,
            number >= 64 ? 1 << (number - 64) : 0));
  }

  Bitmap or(Bitmap other) {
    return new Bitmap(word0 | other.word0, word1 | other.word1, word2 | other.word2);
  }

  Bitmap and(Bitmap other) {
    return new Bitmap(word0 & other.word0, word1 & other.word1, word2 & other.word2);
  }

  Bitmap without(Bitmap other) {
    return new Bitmap(word0 & ~other.word0, word1 & ~other.word1, word2 & ~other.word2);
  }
}
