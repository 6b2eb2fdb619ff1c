// SPDX-License-Identifier: Apache-2.0
/**
 * The command line: one class a command; {@link Grapevine} is the door and the first file to open.
 */
@NullMarked
package org.grapevinefs.node.cli;

import org.jspecify.annotations.NullMarked;
