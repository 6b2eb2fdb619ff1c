// SPDX-License-Identifier: Apache-2.0
/**
 * A zone in memory, for tests and benchmarks of the gateway: {@link
 * org.grapevinefs.nfsgateway.memory.MemoryZone}.
 */
@NullMarked
package org.grapevinefs.nfsgateway.memory;

import org.jspecify.annotations.NullMarked;
