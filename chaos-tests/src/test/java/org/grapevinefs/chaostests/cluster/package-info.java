// SPDX-License-Identifier: Apache-2.0
/**
 * Clusters of real nodes under real clients. Open {@code ClusterIT} for what they must do, {@code
 * LinuxClient} for how the Linux kernel's own NFS client comes into it.
 */
@NullMarked
package org.grapevinefs.chaostests.cluster;

import org.jspecify.annotations.NullMarked;
