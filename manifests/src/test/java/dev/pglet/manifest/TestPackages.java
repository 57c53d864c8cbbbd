package dev.pglet.manifest;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Packages depend downwards only, as each package's description says. */
final class TestPackages {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.pglet.manifest");

  @Test
  void parseKnowsNoFilesAndNobodyAbove() {
    classes()
        .that()
        .resideInAPackage("dev.pglet.manifest.parse")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.pglet.manifest.parse",
            "dev.pglet.api..",
            "java.lang..",
            "java.util..",
            "java.math..",
            "java.nio",
            "java.nio.charset",
            "java.security",
            "io.fabric8.kubernetes..",
            "com.fasterxml.jackson..",
            "com.networknt.schema..",
            "org.snakeyaml..",
            "org.jspecify..")
        .check(CLASSES);
  }

  @Test
  void changesAreTreesAndTextEditsKnowNoFiles() {
    classes()
        .that()
        .resideInAPackage("dev.pglet.manifest.edit.change")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.pglet.manifest.edit.change",
            "dev.pglet.manifest.parse",
            "java.lang..",
            "java.util..",
            "java.math..",
            "com.fasterxml.jackson..",
            "org.jspecify..")
        .check(CLASSES);
    classes()
        .that()
        .resideInAPackage("dev.pglet.manifest.edit.text")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.pglet.manifest.edit.text",
            "dev.pglet.manifest.edit.change",
            "dev.pglet.manifest.parse",
            "java.lang..",
            "java.util..",
            "java.math..",
            "com.fasterxml.jackson..",
            "org.snakeyaml..",
            "org.jspecify..")
        .check(CLASSES);
  }

  @Test
  void statusesElsewhereStandOnTheManifests() {
    classes()
        .that()
        .resideInAPackage("dev.pglet.manifest.status")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.pglet.manifest.status",
            "dev.pglet.manifest",
            "dev.pglet.manifest.edit",
            "dev.pglet.manifest.edit.text",
            "dev.pglet.api..",
            "java..",
            "io.fabric8.kubernetes..",
            "com.fasterxml.jackson..",
            "org.slf4j..",
            "org.jspecify..")
        .check(CLASSES);
  }

  @Test
  void editStandsOnParse() {
    classes()
        .that()
        .resideInAPackage("dev.pglet.manifest.edit")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.pglet.manifest.edit",
            "dev.pglet.manifest.edit.change",
            "dev.pglet.manifest.edit.text",
            "dev.pglet.manifest.parse",
            "java..",
            "com.fasterxml.jackson..",
            "org.slf4j..",
            "org.jspecify..")
        .check(CLASSES);
  }

  @Test
  void watchKnowsOnlyWhatAFileSystemSays() {
    classes()
        .that()
        .resideInAPackage("dev.pglet.manifest.watch")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.pglet.manifest.watch",
            "dev.pglet.manifest.edit",
            "java..",
            "org.slf4j..",
            "org.jspecify..")
        .check(CLASSES);
  }

  @Test
  void gitStandsOnTheManifestsAndRunsNothing() {
    classes()
        .that()
        .resideInAPackage("dev.pglet.manifest.git")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.pglet.manifest.git",
            "dev.pglet.manifest",
            "dev.pglet.manifest.edit",
            "dev.pglet.manifest.parse",
            "dev.pglet.api..",
            "java.lang..",
            "java.io",
            "java.nio..",
            "java.security",
            "java.time..",
            "java.util..",
            "com.fasterxml.jackson..",
            "org.slf4j..",
            "org.jspecify..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage("dev.pglet.manifest.git")
        .should()
        .dependOnClassesThat()
        .areAssignableTo(ProcessBuilder.class)
        .check(CLASSES);
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.pglet.manifest.git")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.pglet.manifest.git")
        .check(CLASSES);
  }

  @Test
  void nothingHereKnowsTheEngineOrAHost() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.pglet.reconcile..", "dev.pglet.host..", "dev.pglet.instance..")
        .check(CLASSES);
  }

  @Test
  void timeComesFromAClockExceptWhereEventsComeInRealTime() {
    noClasses()
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Thread.class, "sleep", long.class)
        .check(CLASSES);
  }
}
