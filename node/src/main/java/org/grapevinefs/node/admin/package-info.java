// SPDX-License-Identifier: Apache-2.0
/** The admin API: gRPC and HTTP on one port, and its client. */
@NullMarked
package org.grapevinefs.node.admin;

import org.jspecify.annotations.NullMarked;
