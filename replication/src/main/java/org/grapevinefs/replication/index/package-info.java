// SPDX-License-Identifier: Apache-2.0
/**
 * The tables of a replica on disk. The one door is {@link
 * org.grapevinefs.replication.index.RocksStore}.
 */
@NullMarked
package org.grapevinefs.replication.index;

import org.jspecify.annotations.NullMarked;
