// SPDX-License-Identifier: Apache-2.0
/**
 * Node identity, echolocation packets, membership and distance: who is there, how far, and what
 * they know.
 *
 * <p>The doors: {@link org.grapevinefs.gossip.NodeKey} and {@link org.grapevinefs.gossip.Roster}
 * (who is who), {@link org.grapevinefs.gossip.TlsIdentity} (how they prove it over TLS), {@link
 * org.grapevinefs.gossip.GossipService} (who is up, and what each knows of which zone). The first
 * file to open is {@link org.grapevinefs.gossip.GossipCore}: the rules, free of sockets and clocks,
 * which the simulator runs as they are.
 */
@NullMarked
package org.grapevinefs.gossip;

import org.jspecify.annotations.NullMarked;
