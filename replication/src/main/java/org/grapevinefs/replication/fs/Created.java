// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.fs;

/**
 * What a creation led to.
 *
 * @param attributes of the file that now has the name
 * @param directory the parent's change
 * @param fresh whether this call made it (false: an unchecked create found it, or an exclusive one
 *     was repeated)
 */
public record Created(Attributes attributes, DirectoryChange directory, boolean fresh) {}
