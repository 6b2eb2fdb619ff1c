// SPDX-License-Identifier: Apache-2.0
/** Node, mesh and zone definitions: parse, validate, watch, explain. */
@NullMarked
package org.grapevinefs.zonesconfig;

import org.jspecify.annotations.NullMarked;
