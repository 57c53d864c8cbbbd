package dev.pglet.host;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What each package of the host says in its package-info about what it may use. */
class TestHostPackages {
  private static final String HOST = "dev.pglet.host.";

  /** Of our own packages; every one may use itself. */
  private static final Map<String, List<String>> ALLOWED =
      Map.ofEntries(
          Map.entry("account", List.of("dev.pglet.reconcile", "dev.pglet.api.meta")),
          Map.entry("file", List.of(HOST + "account", HOST + "libc")),
          Map.entry("libc", List.of()),
          Map.entry(
              "check",
              List.of(
                  "dev.pglet.reconcile",
                  "dev.pglet.api.meta",
                  HOST + "account",
                  HOST + "binaries",
                  HOST + "port",
                  HOST + "postgres")),
          Map.entry("process", List.of(HOST + "libc")),
          Map.entry("command", List.of("dev.pglet.reconcile", HOST + "account")),
          Map.entry(
              "volume",
              List.of(
                  "dev.pglet.reconcile",
                  "dev.pglet.api.meta",
                  HOST + "account",
                  HOST + "command",
                  HOST + "file")),
          Map.entry("port", List.of("dev.pglet.reconcile", "dev.pglet.api.meta", HOST + "process")),
          Map.entry(
              "postgres",
              List.of(
                  "dev.pglet.reconcile",
                  "dev.pglet.api.meta",
                  HOST + "account",
                  HOST + "command",
                  HOST + "file",
                  HOST + "process")),
          Map.entry("connection", List.of(HOST + "postgres")),
          Map.entry(
              "binaries",
              List.of(
                  "dev.pglet.reconcile",
                  HOST + "account",
                  HOST + "command",
                  HOST + "file",
                  HOST + "postgres")),
          Map.entry(
              "certificate",
              List.of("dev.pglet.reconcile", HOST + "account", HOST + "command", HOST + "file")));

  private final JavaClasses classes =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.pglet.host");

  @Test
  void everyPackageHasARule() {
    TreeSet<String> found = new TreeSet<>();
    for (JavaClass host : classes) {
      found.add(host.getPackageName().substring(HOST.length()));
    }
    assertThat(found).containsExactlyElementsOf(new TreeSet<>(ALLOWED.keySet()));
  }

  @Test
  void everyPackageUsesOnlyWhatItsRuleAllows() {
    ALLOWED.forEach(
        (name, allowed) -> {
          String[] ours =
              Stream.concat(allowed.stream(), Stream.of(HOST + name)).toArray(String[]::new);
          noClasses()
              .that()
              .resideInAPackage(HOST + name)
              .should()
              .dependOnClassesThat(
                  resideInAPackage("dev.pglet..").and(not(resideInAnyPackage(ours))))
              .check(classes);
        });
  }
}
