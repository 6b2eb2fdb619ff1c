// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.tidy;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitCallTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The arrows between modules, and what the pure parts may not touch. */
class ArchitectureTest {

  private static final String ROOT = "org.grapevinefs.";

  /** What each module may use of the others; {@code docs/architecture.md} has the same table. */
  private static final Map<String, Set<String>> MAY_USE =
      Map.of(
          "zonesconfig", Set.of(),
          "gossip", Set.of(),
          "replication", Set.of("gossip", "zonesconfig"),
          "nfsgateway", Set.of("replication"),
          "node", Set.of("zonesconfig", "gossip", "replication", "nfsgateway"),
          "chaostests", Set.of("zonesconfig", "gossip", "replication", "nfsgateway", "node"));

  /** Time, chance and the end of the process: handed in by {@code node}, taken nowhere else. */
  private static final Set<String> AMBIENT =
      Set.of(
          "java.time.Instant.now()",
          "java.time.Clock.systemUTC()",
          "java.time.Clock.systemDefaultZone()",
          "java.time.InstantSource.system()",
          "java.lang.System.currentTimeMillis()",
          "java.lang.System.nanoTime()",
          "java.lang.System.exit(int)",
          "java.lang.Runtime.halt(int)",
          "java.lang.Thread.sleep(long)",
          "java.lang.Thread.sleep(java.time.Duration)",
          "java.lang.Math.random()");

  private static final JavaClasses PROJECT =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("org.grapevinefs");

  @ParameterizedTest
  @ValueSource(
      strings = {"zonesconfig", "gossip", "replication", "nfsgateway", "node", "chaostests"})
  void modules_ofTheProject_useOnlyWhatLiesBelowThem(String module) {
    check(
        noClasses()
            .that()
            .resideInAPackage(ROOT + module + "..")
            .and()
            .doNotHaveSimpleName("TlsTest") // takes its certificates from where nodes have theirs
            .should()
            .dependOnClassesThat(describe("in modules above", type -> !allowed(module, type))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"zonesconfig", "gossip", "replication", "nfsgateway", "node"})
  void packages_ofAModule_haveNoCycles(String module) {
    check(slices().matching(ROOT + module + ".(**)").should().beFreeOfCycles());
  }

  @Test
  void ambientCalls_outsideTheNode_areNotMade() {
    DescribedPredicate<JavaAccess<?>> ambient =
        describe(
            "takes time, chance or the process's end from its surroundings",
            access ->
                access.getTarget() instanceof CodeUnitCallTarget
                    && AMBIENT.contains(access.getTarget().getFullName()));
    check(
        noClasses()
            .that()
            // Tests of whole nodes and the load generator measure real time: that is their task.
            .resideOutsideOfPackages(
                ROOT + "node..", ROOT + "chaostests.cluster..", ROOT + "nfsgateway.load..")
            .and()
            .doNotHaveSimpleName("ServeMemory") // a program of its own, with a main
            .should()
            .accessTargetWhere(ambient));
  }

  @Test
  void core_ofReplication_isPure() {
    check(
        noClasses()
            .that()
            .resideInAPackage(ROOT + "replication.core..")
            .should()
            .dependOnClassesThat(describe("threads, files or sockets", ArchitectureTest::impure)));
  }

  @Test
  void core_ofReplication_standsOnNothingOfTheProject() {
    check(
        noClasses()
            .that()
            .resideInAPackage(ROOT + "replication.core..")
            .should()
            .dependOnClassesThat(
                describe(
                    "outside the core",
                    type ->
                        type.getPackageName().startsWith(ROOT)
                            && !type.getPackageName().startsWith(ROOT + "replication.core")
                            && !type.getPackageName().equals(ROOT + "replication.proto"))));
  }

  @Test
  void gateway_ofNfs_seesFilesOnlyThroughTheirInterface() {
    check(
        noClasses()
            .that()
            .resideInAPackage(ROOT + "nfsgateway..")
            .should()
            .dependOnClassesThat(
                describe(
                    "behind the file system interface",
                    type ->
                        type.getPackageName().startsWith(ROOT + "replication")
                            && !type.getPackageName().equals(ROOT + "replication.fs")
                            && !type.getPackageName().equals(ROOT + "replication.core"))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Impl", "Manager", "Helper", "Util", "Utils"})
  void names_ofClasses_tellTheirJob(String ending) {
    check(noClasses().that(notGenerated()).should().haveSimpleNameEndingWith(ending));
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(PROJECT);
  }

  private static boolean allowed(String module, JavaClass type) {
    String name = type.getPackageName();
    if (!name.startsWith(ROOT)) {
      return true;
    }
    String other = name.substring(ROOT.length()).replaceAll("\\..*", "");
    return other.equals(module) || MAY_USE.getOrDefault(module, Set.of()).contains(other);
  }

  private static boolean impure(JavaClass type) {
    String name = type.getName();
    return name.startsWith("java.nio.file.")
        || name.startsWith("java.nio.channels.")
        || name.startsWith("java.net.")
        || name.startsWith("java.util.concurrent.")
        || name.startsWith("io.netty.")
        || name.startsWith("org.rocksdb.")
        || name.matches("java\\.io\\.(File|RandomAccessFile|FileInputStream|FileOutputStream)")
        || name.equals("java.lang.Thread");
  }

  private static DescribedPredicate<JavaClass> notGenerated() {
    return describe("written by hand", type -> !type.getPackageName().contains(".proto"));
  }
}
