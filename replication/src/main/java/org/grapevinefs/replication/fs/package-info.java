// SPDX-License-Identifier: Apache-2.0
/**
 * The one interface between those who serve files and those who keep them: {@link
 * org.grapevinefs.replication.fs.ZoneFileSystem} and the values it speaks in.
 */
@NullMarked
package org.grapevinefs.replication.fs;

import org.jspecify.annotations.NullMarked;
