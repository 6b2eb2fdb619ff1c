// SPDX-License-Identifier: Apache-2.0
/** The house rules as tests; open {@code TidyTest} first. */
@NullMarked
package org.grapevinefs.chaostests.tidy;

import org.jspecify.annotations.NullMarked;
