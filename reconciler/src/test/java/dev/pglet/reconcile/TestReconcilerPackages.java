package dev.pglet.reconcile;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Who may use whom, as the packages' own descriptions say. */
final class TestReconcilerPackages {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.pglet.reconcile");

  @Test
  void whatTheAuthorOfAKindSeesKnowsNothingOfTheEngine() {
    classes()
        .that()
        .resideInAPackage("dev.pglet.reconcile")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.pglet.reconcile",
            "dev.pglet.api..",
            "java..",
            "com.fasterxml.jackson..",
            "io.fabric8.kubernetes..",
            "picocli..",
            "org.jspecify..")
        .check(CLASSES);
  }

  @Test
  void theEngineKnowsNoPostgresqlAndNobodyAboveIt() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "dev.pglet.reconcile.queue..",
            "dev.pglet.reconcile.engine..",
            "dev.pglet.reconcile.state..",
            "dev.pglet.reconcile.observe..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.pglet.api.v1alpha1..",
            "dev.pglet.apiserver..",
            "dev.pglet.cli..",
            "dev.pglet.daemon..",
            "dev.pglet.controllers..",
            "java.sql..",
            "org.postgresql..",
            "io.helidon..")
        .check(CLASSES);
  }

  @Test
  void theQueueKnowsNoResources() {
    noClasses()
        .that()
        .resideInAPackage("dev.pglet.reconcile.queue")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.pglet.api..",
            "dev.pglet.manifest..",
            "dev.pglet.reconcile.engine..",
            "io.fabric8..")
        .check(CLASSES);
  }

  @Test
  void nobodyTakesTimeFromTheSystemButItsOwnScheduler() {
    noClasses()
        .that()
        .resideInAPackage("dev.pglet.reconcile..")
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Thread.class, "sleep", long.class)
        .check(CLASSES);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("dev.pglet.reconcile.(**)").should().beFreeOfCycles().check(CLASSES);
  }
}
