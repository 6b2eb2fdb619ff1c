// SPDX-License-Identifier: Apache-2.0
/**
 * External Data Representation (RFC 4506), every length checked before anything is allocated.
 * Doors: {@link org.grapevinefs.nfsgateway.xdr.XdrReader} and {@link
 * org.grapevinefs.nfsgateway.xdr.XdrWriter}.
 */
@NullMarked
package org.grapevinefs.nfsgateway.xdr;

import org.jspecify.annotations.NullMarked;
