// SPDX-License-Identifier: Apache-2.0
/**
 * Disks: zones as plain file trees on a volume, reached by Linux system calls that never follow a
 * link.
 *
 * <p>Doors: {@link org.grapevinefs.replication.volume.Volume} opens a zone's {@link
 * org.grapevinefs.replication.volume.ZoneTree}; a {@link
 * org.grapevinefs.replication.volume.Directory} makes, moves and removes names; an {@link
 * org.grapevinefs.replication.volume.OpenFile} reads and writes bytes. {@link
 * org.grapevinefs.replication.volume.Posix} is the one class that speaks to the kernel. The first
 * file to open is {@link org.grapevinefs.replication.volume.Volume}.
 */
@NullMarked
package org.grapevinefs.replication.volume;

import org.jspecify.annotations.NullMarked;
