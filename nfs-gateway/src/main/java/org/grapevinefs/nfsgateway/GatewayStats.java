// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import java.util.Map;

/**
 * What a gateway did so far, and holds now.
 *
 * @param operations how often each operation ran, by name
 * @param failures operations that did not end with OK
 * @param connections connections open
 * @param clients clients known
 * @param opens opens held
 */
public record GatewayStats(
    Map<String, Long> operations, long failures, int connections, int clients, int opens) {

  /** Copies the map. */
  public GatewayStats {
    operations = Map.copyOf(operations);
  }
}
