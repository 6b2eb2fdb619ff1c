// SPDX-License-Identifier: Apache-2.0
/**
 * Node, mesh and zone definitions: parse, validate, watch, explain.
 *
 * <p>The doors: {@link org.grapevinefs.zonesconfig.ConfigLoader} reads a folder into a {@link
 * org.grapevinefs.zonesconfig.Loaded}, and says with file, line and column what it cannot take;
 * {@link org.grapevinefs.zonesconfig.ConfigWatcher} does so at every edit; {@link
 * org.grapevinefs.zonesconfig.ConfigChange} and {@link org.grapevinefs.zonesconfig.Warnings}
 * explain what follows; {@link org.grapevinefs.zonesconfig.ConfigTemplates} writes files. The first
 * file to open is {@link org.grapevinefs.zonesconfig.ZoneConfig}.
 */
@NullMarked
package org.grapevinefs.zonesconfig;

import org.jspecify.annotations.NullMarked;
