// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Keys and rosters that are the same in every run. */
final class TestKeys {
  static final MeshId MESH = new MeshId(1, 2);

  private TestKeys() {}

  static NodeKey key(int number) {
    byte[] seed = new byte[32];
    Arrays.fill(seed, (byte) number);
    return NodeKey.ofSeed(seed);
  }

  static Roster.Entry entry(int number, NodeAddress... addresses) {
    return new Roster.Entry("node-" + number, key(number).publicKey(), List.of(addresses));
  }

  static Roster roster(int... numbers) {
    List<Roster.Entry> entries = new ArrayList<>();
    for (int number : numbers) {
      entries.add(entry(number));
    }
    return new Roster(MESH, entries);
  }
}
