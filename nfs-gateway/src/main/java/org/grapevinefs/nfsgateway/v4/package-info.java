// SPDX-License-Identifier: Apache-2.0
/**
 * The NFS version 4 protocol engine (RFC 8881, RFC 7862, RFC 8276). The door is {@link
 * org.grapevinefs.nfsgateway.v4.Nfs4Program}; the first file to open is {@code Compound}, then the
 * {@code ...Operations}.
 */
@NullMarked
package org.grapevinefs.nfsgateway.v4;

import org.jspecify.annotations.NullMarked;
