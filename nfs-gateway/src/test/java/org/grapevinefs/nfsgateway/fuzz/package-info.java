// SPDX-License-Identifier: Apache-2.0
/**
 * Hostile input, found by Jazzer. In every build the inputs kept beside the tests run once; {@code
 * .ci/fuzz} looks for new ones. First file: {@link org.grapevinefs.nfsgateway.fuzz.Script}.
 */
@NullMarked
package org.grapevinefs.nfsgateway.fuzz;

import org.jspecify.annotations.NullMarked;
