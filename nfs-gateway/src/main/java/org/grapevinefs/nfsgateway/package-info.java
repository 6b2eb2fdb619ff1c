// SPDX-License-Identifier: Apache-2.0
/**
 * The NFS gateway: a server of NFS 4.0, 4.1 and 4.2 over the zone file system interface, with
 * nothing of replication in it.
 *
 * <p>Doors: {@link org.grapevinefs.nfsgateway.NfsGateway}, told by a {@link
 * org.grapevinefs.nfsgateway.GatewayConfig} what to serve ({@link
 * org.grapevinefs.nfsgateway.Exports}) and where to remember clients ({@link
 * org.grapevinefs.nfsgateway.ClientRecords}). The first file to open is {@code NfsGateway}; the
 * protocol is in {@code v4}, RPC in {@code rpc}.
 */
@NullMarked
package org.grapevinefs.nfsgateway;

import org.jspecify.annotations.NullMarked;
