// SPDX-License-Identifier: Apache-2.0
/** A zone's replica on this node, and the client for zones that live elsewhere. */
@NullMarked
package org.grapevinefs.replication;

import org.jspecify.annotations.NullMarked;
