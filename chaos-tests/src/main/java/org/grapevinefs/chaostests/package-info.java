// SPDX-License-Identifier: Apache-2.0
/** Clusters under faults, simulation runs, checkers and benchmarks. */
@NullMarked
package org.grapevinefs.chaostests;

import org.jspecify.annotations.NullMarked;
