// SPDX-License-Identifier: Apache-2.0
/** The daemon put together: command line, admin API, metrics. */
@NullMarked
package org.grapevinefs.node;

import org.jspecify.annotations.NullMarked;
