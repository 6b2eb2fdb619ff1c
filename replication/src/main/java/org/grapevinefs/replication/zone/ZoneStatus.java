// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import org.grapevinefs.replication.core.Counts;
import org.grapevinefs.replication.core.Knowledge;
import org.jspecify.annotations.Nullable;

/**
 * How a replica is doing.
 *
 * @param knowledge what it knows; not yet on disk, perhaps
 * @param stateDigest equal for equal knowledge, or something is wrong
 * @param counts files, bytes, conflicts, and what is pending
 * @param quota bytes that the zone may hold
 * @param filling how far it is with taking over very much, for people; empty if it does not
 * @param problem what an administrator should know of for a while; empty if nothing
 * @param fault why the zone is read-only; null if it is not
 */
public record ZoneStatus(
    Knowledge knowledge,
    long stateDigest,
    Counts counts,
    long quota,
    String filling,
    String problem,
    @Nullable String fault) {}
