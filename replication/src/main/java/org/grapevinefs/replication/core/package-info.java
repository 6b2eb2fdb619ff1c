// SPDX-License-Identifier: Apache-2.0
/**
 * The pure core of a replica: what a change is, what a replica knows, how two states merge and what
 * people see.
 *
 * <p>Nothing here holds a thread, a socket, a clock or a file: time, randomness and storage are
 * handed in, so that the simulator runs the very same classes. The first file to open is {@link
 * org.grapevinefs.replication.core.FileId}.
 */
@NullMarked
package org.grapevinefs.replication.core;

import org.jspecify.annotations.NullMarked;
