// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every crash of every short piece of work. {@code -Dsim.crash.operations=4} looks at longer ones.
 */
class CrashEnumerationSim {

  private static final int LONGEST = Integer.getInteger("sim.crash.operations", 3);

  @Test
  void crash_anywhereInAnyShortWork_keepsEveryPromise() {
    CrashEnumeration.Report report = CrashEnumeration.run(CrashEnumeration.Bug.NONE, LONGEST);
    System.out.printf(
        "Crashes: %d workloads of up to %d operations, %d crash points, %d states started from,"
            + " every promise kept; in %d folder and index differ until a scan%n",
        report.workloads(), LONGEST, report.crashes(), report.states(), report.apart());
    assertThat(report.states()).isGreaterThan(10_000);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void bug_builtIn_isFound(CrashEnumeration.Bug bug) {
    Violation broken =
        catchThrowableOfType(Violation.class, () -> CrashEnumeration.run(bug, LONGEST));
    assertThat(broken).as("%s is found", bug).isNotNull();
    System.out.printf("%-26s found by: %s%n", bug, broken.property());
  }
}
