// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Client records that live as long as the object: for tests, and for a node that need not be
 * remembered.
 */
public final class MemoryClientRecords implements ClientRecords {

  private final Set<String> clients = ConcurrentHashMap.newKeySet();

  /** No clients. */
  public MemoryClientRecords() {}

  @Override
  public Set<String> load() {
    return Set.copyOf(clients);
  }

  @Override
  public void add(String client) {
    clients.add(client);
  }

  @Override
  public void remove(String client) {
    clients.remove(client);
  }
}
