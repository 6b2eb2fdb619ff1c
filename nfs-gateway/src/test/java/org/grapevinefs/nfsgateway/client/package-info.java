// SPDX-License-Identifier: Apache-2.0
/**
 * A small NFS 4.1 and 4.2 client for tests and benchmarks: {@link
 * org.grapevinefs.nfsgateway.client.Nfs4Client} over {@link
 * org.grapevinefs.nfsgateway.client.RpcConnection}, told what to do by {@link
 * org.grapevinefs.nfsgateway.client.Ops}.
 */
@NullMarked
package org.grapevinefs.nfsgateway.client;

import org.jspecify.annotations.NullMarked;
