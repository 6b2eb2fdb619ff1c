// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import org.jspecify.annotations.Nullable;

/**
 * What two contents written apart were merged into.
 *
 * @param into the file that has the name, and gets the merged content
 * @param one its content that shows
 * @param from the file that has the other content: the same one, or another that wants its name and
 *     then goes
 * @param other the other content
 * @param size bytes
 * @param modified the later time of the two
 * @param hash SHA-256 of all bytes; null if there are none
 * @param oneBytes the bytes of the one, kept as an ancestor
 * @param otherBytes the bytes of the other
 */
public record MergedContent(
    FileId into,
    Dot one,
    FileId from,
    Dot other,
    long size,
    Timestamp modified,
    @Nullable Bytes hash,
    Bytes oneBytes,
    Bytes otherBytes) {}
