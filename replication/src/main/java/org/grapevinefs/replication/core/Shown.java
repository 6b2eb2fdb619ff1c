// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What a file looks like here and now: the values that win, of the contents that are held.
 *
 * @param id the id that people see
 * @param source the inode: another id only for a sibling
 * @param type what it is
 * @param mode 12 permission bits
 * @param uid owner
 * @param gid group
 * @param accessed access time
 * @param modified modification time; a regular file that is being written has a later one on disk
 * @param changed last change of anything
 * @param created birth
 * @param size bytes of the held content, of a link's target; 0 for others
 * @param links number of hard links on disk; for a directory 2 and one for each subdirectory
 * @param content what it holds; of a regular file the value whose bytes are held, null if none yet
 * @param change grows with every change of the file or listing here, never repeats, not replicated
 * @param xattrs extended attributes
 */
public record Shown(
    FileId id,
    FileId source,
    FileType type,
    int mode,
    int uid,
    int gid,
    Timestamp accessed,
    Timestamp modified,
    Timestamp changed,
    Timestamp created,
    long size,
    int links,
    @Nullable Content content,
    long change,
    SortedMap<String, Bytes> xattrs) {}
