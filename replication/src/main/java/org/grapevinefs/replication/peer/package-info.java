// SPDX-License-Identifier: Apache-2.0
/**
 * How nodes talk about zones: framed protobuf over TCP and TLS 1.3, the pull that keeps members
 * alike, the transfer of contents, and zones served for members that are elsewhere.
 *
 * <p>The door is {@link org.grapevinefs.replication.peer.PeerService}; open it first. What is
 * decided is in the pure classes {@code PullPlanner} and {@code ContentPlanner}; what moves bytes
 * is {@code PeerConnection}.
 */
@NullMarked
package org.grapevinefs.replication.peer;

import org.jspecify.annotations.NullMarked;
