// SPDX-License-Identifier: Apache-2.0
/**
 * A load generator: how many operations a second a server of NFS 4.1 answers, whoever made it.
 * Start with {@link org.grapevinefs.nfsgateway.load.NfsLoad}.
 */
@NullMarked
package org.grapevinefs.nfsgateway.load;

import org.jspecify.annotations.NullMarked;
