package dev.pglet.instance.extension;

import dev.pglet.instance.extension.ExtensionFacts.Available;
import dev.pglet.instance.extension.ExtensionFacts.InDatabase;
import dev.pglet.instance.extension.ExtensionFacts.Installed;
import dev.pglet.reconcile.InvalidSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What is left to do to the extensions: pure functions of spec and observation. */
public final class ExtensionPlanner {
  private ExtensionPlanner() {}

  /** In every database; what is dropped comes first, as it may stand in the way. */
  public static List<ExtensionStep> plan(List<WantedExtension> wanted, ExtensionFacts facts) {
    List<ExtensionStep> steps = new ArrayList<>();
    for (WantedExtension extension : wanted) {
      for (String database : extension.databases()) {
        InDatabase there = facts.databases().get(database);
        if (there != null
            && !extension.enabled()
            && there.installed().containsKey(extension.name())) {
          steps.add(new ExtensionStep.DropExtension(database, extension.name()));
        }
      }
    }
    for (WantedExtension extension : wanted) {
      for (String database : extension.databases()) {
        InDatabase there = facts.databases().get(database);
        if (there != null && extension.enabled()) {
          ensure(extension, database, there, facts, steps);
        }
      }
    }
    return steps;
  }

  /**
   * The libraries that the marker shall list, when it lists others: each from before its extension
   * is created until it is dropped everywhere, so that no database is ever left with an extension
   * whose library the server does not load.
   */
  public static Optional<List<String>> keep(List<WantedExtension> wanted, ExtensionFacts facts) {
    SortedSet<String> keep = new TreeSet<>(facts.kept());
    for (WantedExtension extension : wanted) {
      Optional<String> library = Catalogue.preload(extension.name());
      if (library.isEmpty()) {
        continue;
      }
      boolean somewhere =
          extension.databases().stream()
              .map(facts.databases()::get)
              .anyMatch(there -> there != null && there.installed().containsKey(extension.name()));
      boolean about =
          extension.enabled()
              && plan(List.of(extension), facts).stream()
                  .anyMatch(ExtensionStep.CreateExtension.class::isInstance);
      if (somewhere || about) {
        keep.add(library.get());
      } else if (!extension.enabled()) {
        keep.remove(library.get());
      }
    }
    List<String> list = List.copyOf(keep);
    return list.equals(facts.kept().stream().sorted().toList())
        ? Optional.empty()
        : Optional.of(list);
  }

  /** What the binaries lack, each with its field; nothing else waits for it. */
  public static List<InvalidSpec> missing(List<WantedExtension> wanted, ExtensionFacts facts) {
    List<InvalidSpec> problems = new ArrayList<>();
    for (WantedExtension extension : wanted) {
      extension.databases().stream()
          .filter(database -> extension.enabled() && facts.databases().containsKey(database))
          .map(database -> missing(extension, facts.databases().get(database), facts.host()))
          .flatMap(Optional::stream)
          .findFirst()
          .ifPresent(problems::add);
    }
    return problems;
  }

  /** Whether the server must be restarted before the extension can be created. */
  static boolean waitsForRestart(WantedExtension extension, ExtensionFacts facts) {
    return Catalogue.preload(extension.name())
        .filter(library -> !facts.preloaded().contains(library))
        .isPresent();
  }

  private static void ensure(
      WantedExtension extension,
      String database,
      InDatabase there,
      ExtensionFacts facts,
      List<ExtensionStep> steps) {
    String name = extension.name();
    Installed installed = there.installed().get(name);
    Available available = there.available().get(name);
    String version = extension.version();
    if (installed == null) {
      if (isAvailable(version, available) && !waitsForRestart(extension, facts)) {
        steps.add(new ExtensionStep.CreateExtension(database, name, version, extension.schema()));
      }
      return;
    }
    if (version != null
        && !version.equals(installed.version())
        && isAvailable(version, available)) {
      steps.add(new ExtensionStep.UpdateExtension(database, name, installed.version(), version));
    }
    String schema = extension.schema();
    if (schema != null && !schema.equals(installed.schema())) {
      steps.add(new ExtensionStep.MoveExtension(database, name, schema));
    }
  }

  private static boolean isAvailable(@Nullable String version, @Nullable Available available) {
    return available != null && (version == null || available.versions().contains(version));
  }

  private static Optional<InvalidSpec> missing(
      WantedExtension extension, @Nullable InDatabase there, Packages host) {
    if (there == null) {
      return Optional.empty();
    }
    boolean listed = extension.field().startsWith("spec.extensions");
    Installed installed = there.installed().get(extension.name());
    Available available = there.available().get(extension.name());
    if (installed == null && available == null) {
      return Optional.of(
          new InvalidSpec(
              "ExtensionMissing",
              listed ? extension.field() + ".name" : extension.field(),
              "the PostgreSQL binaries in use have no extension " + extension.name(),
              host.remedy(extension.name())));
    }
    String version = extension.version();
    boolean asWanted = installed != null && installed.version().equals(version);
    if (version != null
        && available != null
        && !available.versions().contains(version)
        && !asWanted) {
      return Optional.of(
          new InvalidSpec(
              "ExtensionVersionMissing",
              extension.field() + ".version",
              "extension %s has no version %s here, but %s"
                  .formatted(
                      extension.name(),
                      version,
                      String.join(", ", new TreeSet<>(available.versions()))),
              "Choose one of those, or install a package that has it"));
    }
    return Optional.empty();
  }
}
