// SPDX-License-Identifier: Apache-2.0
/**
 * Two contents written apart made into one, for files whose form is known: line records and text.
 * Pure; which two, and from what both were made, the replica knows.
 *
 * <p>Door: {@link org.grapevinefs.replication.merge.MergeRules}.
 */
@NullMarked
package org.grapevinefs.replication.merge;

import org.jspecify.annotations.NullMarked;
