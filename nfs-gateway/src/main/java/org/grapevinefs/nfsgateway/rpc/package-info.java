// SPDX-License-Identifier: Apache-2.0
/**
 * ONC RPC over TCP (RFC 5531), on oncrpc4j's filters, with bounds of our own before them. Doors:
 * {@link org.grapevinefs.nfsgateway.rpc.RpcServer} and {@link
 * org.grapevinefs.nfsgateway.rpc.RpcHandler}.
 */
@NullMarked
package org.grapevinefs.nfsgateway.rpc;

import org.jspecify.annotations.NullMarked;
