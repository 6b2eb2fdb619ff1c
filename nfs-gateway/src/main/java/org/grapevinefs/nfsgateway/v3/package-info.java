// SPDX-License-Identifier: Apache-2.0
/**
 * NFS version 3 and its MOUNT protocol (RFC 1813), over the same exports, handles and rights as
 * version 4. Doors: {@link org.grapevinefs.nfsgateway.v3.Nfs3Program} and {@link
 * org.grapevinefs.nfsgateway.v3.MountProgram}.
 */
@NullMarked
package org.grapevinefs.nfsgateway.v3;

import org.jspecify.annotations.NullMarked;
