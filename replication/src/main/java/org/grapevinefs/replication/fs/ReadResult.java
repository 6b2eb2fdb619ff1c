// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.fs;

import java.nio.ByteBuffer;

/**
 * Bytes read.
 *
 * @param data from position to limit; fewer than asked for only at the end of the file
 * @param end whether they reach the end of the file
 */
public record ReadResult(ByteBuffer data, boolean end) {}
