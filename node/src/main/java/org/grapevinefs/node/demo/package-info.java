// SPDX-License-Identifier: Apache-2.0
/** A whole mesh on this machine, to try things out. */
@NullMarked
package org.grapevinefs.node.demo;

import org.jspecify.annotations.NullMarked;
