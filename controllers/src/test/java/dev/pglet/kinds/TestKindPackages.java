package dev.pglet.kinds;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.pglet.reconcile.KindProvider;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/** What the package-info files of the kinds say, enforced. */
final class TestKindPackages {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.pglet");

  @Test
  void whatServersHaveInCommonKnowsNoKind() {
    noClasses()
        .that()
        .resideInAPackage("dev.pglet.server..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.pglet.instance..", "dev.pglet.branch..", "dev.pglet.kinds..")
        .check(CLASSES);
  }

  @Test
  void whatIsMadeOfEndsAndFullDisksKnowsNoServer() {
    noClasses()
        .that()
        .resideInAPackage("dev.pglet.supervision..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.pglet.server..", "dev.pglet.instance..", "dev.pglet.branch..", "dev.pglet.kinds..")
        .check(CLASSES);
  }

  @Test
  void theKindsDoNotKnowOneAnother() {
    noClasses()
        .that()
        .resideInAPackage("dev.pglet.instance..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.pglet.branch..", "dev.pglet.kinds..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage("dev.pglet.branch..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.pglet.instance..", "dev.pglet.kinds..")
        .check(CLASSES);
  }

  @Test
  void kindsUseNothingOfTheEngineTheApiOrTheCommandLine() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "dev.pglet.instance..",
            "dev.pglet.branch..",
            "dev.pglet.server..",
            "dev.pglet.supervision..",
            "dev.pglet.host..",
            "dev.pglet.kinds..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.pglet.reconcile.engine..",
            "dev.pglet.reconcile.queue..",
            "dev.pglet.reconcile.state..",
            "dev.pglet.apiserver..",
            "dev.pglet.cli..",
            "dev.pglet.daemon..",
            "dev.pglet.manifest..")
        .check(CLASSES);
  }

  @Test
  void plannersReadNoHostAndNoClock() {
    noClasses()
        .that()
        .haveSimpleNameEndingWith("Planner")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.sql..", "java.nio.channels..", "java.lang.foreign..", "org.slf4j..")
        .orShould()
        .dependOnClassesThat()
        .haveNameMatching(
            "java\\.(nio\\.file\\.Files|time\\.(Instant|InstantSource|Clock)|util\\.Random)")
        .check(CLASSES);
  }

  @Test
  void bothKindsAreFound() {
    assertThat(ServiceLoader.load(KindProvider.class))
        .extracting(provider -> provider.crd().kind())
        .contains("PostgreSQLInstance", "Branch");
  }
}
