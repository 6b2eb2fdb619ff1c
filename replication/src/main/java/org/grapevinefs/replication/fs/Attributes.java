// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.fs;

import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Timestamp;

/**
 * What {@code stat} tells of a file.
 *
 * @param id its identity
 * @param type what it is
 * @param mode permission, setuid, setgid and sticky bits: 12 bits, no type bits
 * @param links number of hard links; for a directory 2 and one for each subdirectory
 * @param uid owner
 * @param gid group
 * @param size length in bytes; of a symlink the length of its target
 * @param used bytes that it takes on disk
 * @param device of a device node, else {@link Device#NONE}
 * @param accessed last access as set explicitly (reading changes nothing)
 * @param modified last change of the contents
 * @param changed last change of anything
 * @param created birth
 * @param change grows with every change and never repeats (RFC 8881, section 5.8.1.4)
 */
public record Attributes(
    FileId id,
    FileType type,
    int mode,
    int links,
    int uid,
    int gid,
    long size,
    long used,
    Device device,
    Timestamp accessed,
    Timestamp modified,
    Timestamp changed,
    Timestamp created,
    long change) {}
