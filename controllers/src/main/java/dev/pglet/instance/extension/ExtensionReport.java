package dev.pglet.instance.extension;

import dev.pglet.api.v1alpha1.SqlObjectStatus;
import dev.pglet.instance.extension.ExtensionFacts.Installed;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.KindCondition;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a status says of the extensions. Pure. */
public final class ExtensionReport {
  private static final String EXTENSIONS_READY = "ExtensionsReady";

  private ExtensionReport() {}

  /** One line for each extension; empty when the spec names none. */
  public static List<SqlObjectStatus> status(List<WantedExtension> wanted, ExtensionFacts facts) {
    List<ExtensionStep> left = ExtensionPlanner.plan(wanted, facts);
    List<InvalidSpec> missing = ExtensionPlanner.missing(wanted, facts);
    return wanted.stream().map(extension -> status(extension, facts, left, missing)).toList();
  }

  /** Whether every extension is as wanted; empty when the spec names none. */
  public static Optional<KindCondition> condition(
      List<WantedExtension> wanted, ExtensionFacts facts) {
    if (wanted.isEmpty()) {
      return Optional.empty();
    }
    List<InvalidSpec> missing = ExtensionPlanner.missing(wanted, facts);
    if (!missing.isEmpty()) {
      return Optional.of(
          KindCondition.no(
              EXTENSIONS_READY,
              missing.getFirst().reason(),
              missing.stream()
                  .map(problem -> problem.field() + ": " + problem.explain())
                  .collect(Collectors.joining("; "))));
    }
    List<SqlObjectStatus> left =
        status(wanted, facts).stream().filter(extension -> !extension.applied()).toList();
    return Optional.of(
        left.isEmpty()
            ? KindCondition.yes(EXTENSIONS_READY, "ExtensionsReady", "")
            : KindCondition.no(
                EXTENSIONS_READY,
                "ExtensionsPending",
                left.stream()
                    .map(extension -> extension.name() + ": " + extension.message())
                    .collect(Collectors.joining("; "))));
  }

  private static SqlObjectStatus status(
      WantedExtension extension,
      ExtensionFacts facts,
      List<ExtensionStep> left,
      List<InvalidSpec> missing) {
    String version =
        extension.databases().stream()
            .flatMap(database -> Optional.ofNullable(facts.databases().get(database)).stream())
            .flatMap(there -> Optional.ofNullable(there.installed().get(extension.name())).stream())
            .map(Installed::version)
            .findFirst()
            .orElse(null);
    String message =
        missing.stream()
            .filter(problem -> ofEntry(problem.field(), extension))
            .findFirst()
            .map(InvalidSpec::explain)
            .or(() -> waiting(extension, facts))
            .orElseGet(
                () ->
                    left.stream()
                        .filter(step -> step.extension().equals(extension.name()))
                        .map(ExtensionStep::describe)
                        .collect(Collectors.joining("; ")));
    return new SqlObjectStatus(
        extension.name(), message.isEmpty(), version, message.isEmpty() ? null : message);
  }

  private static boolean ofEntry(String field, WantedExtension extension) {
    return field.equals(extension.field()) || field.startsWith(extension.field() + ".");
  }

  private static Optional<String> waiting(WantedExtension extension, ExtensionFacts facts) {
    boolean lacking =
        extension.enabled()
            && extension.databases().stream()
                .flatMap(database -> Optional.ofNullable(facts.databases().get(database)).stream())
                .anyMatch(there -> !there.installed().containsKey(extension.name()));
    return lacking && ExtensionPlanner.waitsForRestart(extension, facts)
        ? Optional.of(
            "waits for a restart of the server, which preloads "
                + Catalogue.preload(extension.name()).orElse(""))
        : Optional.empty();
  }
}
