// SPDX-License-Identifier: Apache-2.0
/**
 * The replica's store on disk: {@link org.grapevinefs.replication.index.RocksStore}, the only door.
 */
@NullMarked
package org.grapevinefs.replication.index;

import org.jspecify.annotations.NullMarked;
