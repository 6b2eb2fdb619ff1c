// SPDX-License-Identifier: Apache-2.0
/** Node identity, echolocation packets, membership and distance. */
@NullMarked
package org.grapevinefs.gossip;

import org.jspecify.annotations.NullMarked;
