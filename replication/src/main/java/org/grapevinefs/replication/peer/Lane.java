// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

/**
 * One of the two connections between a pair of nodes, so that what is short never queues behind
 * what is long.
 */
enum Lane {
  URGENT,
  BULK
}
