// SPDX-License-Identifier: Apache-2.0
/**
 * The simulator: several replicas with the production core, one thread, one seed, virtual time, and
 * everything that can go wrong. Open {@code Simulation} first; {@code Ledger} says what must hold.
 */
@NullMarked
package org.grapevinefs.chaostests.sim;

import org.jspecify.annotations.NullMarked;
