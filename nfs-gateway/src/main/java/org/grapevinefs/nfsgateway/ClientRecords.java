// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import java.util.Set;

/**
 * The clients that may hold state, kept over a restart: only they may reclaim in the grace period
 * (RFC 8881, section 8.4.2.1). Calls block until the change is safe, and may come from any thread.
 */
public interface ClientRecords {

  /** The most clients kept. */
  int MAX_CLIENTS = 16_384;

  /** The clients recorded, each by its owner string in hexadecimal. */
  Set<String> load();

  /** Records a client; nothing happens if it is there. */
  void add(String client);

  /** Forgets a client; nothing happens if it is not there. */
  void remove(String client);
}
