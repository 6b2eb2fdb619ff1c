// SPDX-License-Identifier: Apache-2.0
/**
 * A zone that this node holds: {@link org.grapevinefs.replication.zone.LocalZone} serves its files
 * and {@link org.grapevinefs.replication.zone.ZoneReplica} is the door through which the peer
 * protocol keeps it equal to the other members'. The first file to open is {@link
 * org.grapevinefs.replication.zone.LocalZone}.
 */
@NullMarked
package org.grapevinefs.replication.zone;

import org.jspecify.annotations.NullMarked;
