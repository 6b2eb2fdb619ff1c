// SPDX-License-Identifier: Apache-2.0
/** The NFS protocol engine over the zone file system interface. */
@NullMarked
package org.grapevinefs.nfsgateway;

import org.jspecify.annotations.NullMarked;
