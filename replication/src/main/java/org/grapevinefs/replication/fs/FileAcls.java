// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.fs;

import org.grapevinefs.replication.core.AccessControlList;
import org.jspecify.annotations.Nullable;

/**
 * The access control lists of a file.
 *
 * @param access who may do what with it; where nobody gave it one, what its mode says
 * @param defaults what those made in this directory begin with; null if it says nothing of that
 */
public record FileAcls(AccessControlList access, @Nullable AccessControlList defaults) {}
