// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import java.util.Map;

/**
 * What a gateway did so far, and holds now.
 *
 * @param operations how often each operation ran, by name
 * @param failures operations that did not end with OK
 * @param connections connections open
 * @param bytes bytes of messages taken and of answers not yet sent
 * @param clients clients known
 * @param opens opens held
 * @param refusals how often clients went over a bound, by its name
 */
public record GatewayStats(
    Map<String, Long> operations,
    long failures,
    int connections,
    long bytes,
    int clients,
    int opens,
    Map<String, Long> refusals) {

  /** Copies the maps. */
  public GatewayStats {
    operations = Map.copyOf(operations);
    refusals = Map.copyOf(refusals);
  }
}
