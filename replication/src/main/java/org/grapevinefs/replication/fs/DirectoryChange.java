// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.fs;

/**
 * A directory's change attribute around an operation on it, taken as one step with that operation.
 *
 * @param before before
 * @param after after
 */
public record DirectoryChange(long before, long after) {}
