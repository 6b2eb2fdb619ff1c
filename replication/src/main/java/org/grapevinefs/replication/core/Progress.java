// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

/** So many of so many. */
public record Progress(long done, long of) {}
