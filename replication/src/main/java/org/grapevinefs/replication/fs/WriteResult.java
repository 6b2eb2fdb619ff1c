// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.fs;

/**
 * What a write did.
 *
 * @param count bytes taken
 * @param stability how safe they are
 * @param verifier changes exactly when unstable bytes may have been lost
 */
public record WriteResult(int count, Stability stability, long verifier) {}
