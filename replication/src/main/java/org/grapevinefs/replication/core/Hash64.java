// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

/**
 * A fast 64-bit hash for digests and cookies. It is part of the formats: every node must compute
 * the same. Not cryptographic.
 *
 * <p>The finalizer is that of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom
 * number generators", OOPSLA 2014).
 */
final class Hash64 {

  private static final long GAMMA = 0x9e3779b97f4a7c15L;

  private Hash64() {}

  static long mix(long value) {
    long z = value + GAMMA;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  static long mix(long first, long second) {
    return mix(mix(first) ^ Long.rotateLeft(second, 32) ^ second);
  }

  static long mix(long first, long second, long third) {
    return mix(mix(first, second), third);
  }

  static long of(byte[] bytes) {
    long hash = mix(bytes.length);
    int at = 0;
    while (at < bytes.length) {
      long word = 0;
      for (int end = Math.min(at + 8, bytes.length); at < end; at++) {
        word = word << 8 | (bytes[at] & 0xff);
      }
      hash = mix(hash, word);
    }
    return hash;
  }
}
