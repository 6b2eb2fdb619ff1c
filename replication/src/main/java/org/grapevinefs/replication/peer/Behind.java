// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import org.grapevinefs.gossip.NodeId;

/**
 * How far a replica is behind one other member, as far as it has heard.
 *
 * @param member the other member
 * @param connected whether there is a connection
 * @param version the version number it last told of
 * @param by changes that it has and this replica lacks, at a guess: 0 if none, at least 1 if some
 * @param pending contents that it knows of and does not hold, as it last said
 * @param why why the two differ; empty if they don't
 */
public record Behind(
    NodeId member, boolean connected, long version, long by, long pending, String why) {}
