// SPDX-License-Identifier: Apache-2.0
/**
 * Whole-system measurements, each beside a reference taken in the same run on the same disk. Start
 * with {@link org.grapevinefs.chaostests.benchmark.ReplicationBenchmark}.
 */
@NullMarked
package org.grapevinefs.chaostests.benchmark;

import org.jspecify.annotations.NullMarked;
