package dev.pglet.cli;

import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.parse.NearestName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a user means by {@code KIND}, {@code KIND NAME…} or {@code KIND/NAME…}, or as pglet prints
 * it, {@code KIND/NAMESPACE/NAME…}.
 *
 * @param name empty: all of the kind
 * @param namespace the one that it names itself
 */
public record Target(CrdDefinition kind, Optional<String> name, Optional<String> namespace) {
  /**
   * Reads the words after a verb. Kinds are called by kind, plural, singular or short name; several
   * of them are joined by commas; {@code all} is every kind.
   *
   * @throws UsageError when they cannot be understood
   */
  public static List<Target> parse(List<String> words, KindRegistry kinds) {
    if (kinds.all().isEmpty()) {
      throw new UsageError("there is no kind: neither this build nor the plugins bring one");
    }
    if (words.isEmpty()) {
      throw new UsageError("say which kind: " + list(kinds) + ", or all");
    }
    if (words.getFirst().contains("/")) {
      return words.stream().map(word -> slashed(word, kinds)).toList();
    }
    List<CrdDefinition> called = new ArrayList<>();
    for (String kind : words.getFirst().split(",", -1)) {
      if (kind.equals("all")) {
        called.addAll(kinds.all());
      } else {
        called.add(kind(kind, kinds));
      }
    }
    List<String> names = words.subList(1, words.size());
    if (names.isEmpty()) {
      return called.stream()
          .map(kind -> new Target(kind, Optional.empty(), Optional.empty()))
          .toList();
    }
    if (called.size() > 1) {
      throw new UsageError("names can follow one kind only; write KIND/NAME for several kinds");
    }
    return names.stream().map(name -> named(called.getFirst(), name, Optional.empty())).toList();
  }

  /** As {@link #parse}, and each must have a name. */
  public static List<ResourceKey> keys(List<String> words, String namespace, KindRegistry kinds) {
    List<Target> targets = parse(words, kinds);
    if (targets.stream().anyMatch(target -> target.name().isEmpty())) {
      throw new UsageError("a name is missing: write KIND NAME or KIND/NAME");
    }
    return targets.stream().map(target -> target.key(namespace)).toList();
  }

  private static Target slashed(String word, KindRegistry kinds) {
    int slash = word.indexOf('/');
    if (slash < 0) {
      throw new UsageError("'" + word + "' has no kind: write KIND/NAME for each, or KIND NAME…");
    }
    String rest = word.substring(slash + 1);
    int second = rest.indexOf('/');
    CrdDefinition kind = kind(word.substring(0, slash), kinds);
    return second < 0
        ? named(kind, rest, Optional.empty())
        : named(kind, rest.substring(second + 1), Optional.of(rest.substring(0, second)));
  }

  private static Target named(CrdDefinition kind, String name, Optional<String> namespace) {
    checked(name);
    namespace.ifPresent(Target::checked);
    return new Target(kind, Optional.of(name), namespace);
  }

  private static void checked(String name) {
    if (!ResourceKey.NAME.matcher(name).matches()) {
      throw new UsageError(
          "'"
              + name
              + "' is no name: 1 to 63 of a-z, 0-9 and -, with a letter or digit at each end");
    }
  }

  public static CrdDefinition kind(String word, KindRegistry kinds) {
    return kinds
        .called(word)
        .orElseThrow(
            () -> {
              List<String> names =
                  kinds.all().stream()
                      .flatMap(
                          kind ->
                              Stream.concat(
                                  Stream.of(kind.singular(), kind.plural()),
                                  kind.shortNames().stream()))
                      .toList();
              return new UsageError(
                  "there is no kind '%s'%s Kinds: %s"
                      .formatted(
                          word,
                          NearestName.of(word.toLowerCase(Locale.ROOT), names)
                              .map(name -> "; did you mean '" + name + "'?")
                              .orElse("."),
                          list(kinds)));
            });
  }

  private static String list(KindRegistry kinds) {
    return kinds.all().stream()
        .map(kind -> kind.singular() + " (" + String.join(", ", kind.shortNames()) + ")")
        .collect(Collectors.joining(", "));
  }

  /**
   * The resource.
   *
   * @param byDefault the namespace, unless it names one itself
   */
  public ResourceKey key(String byDefault) {
    return new ResourceKey(kind.kind(), namespace.orElse(byDefault), name.orElseThrow());
  }
}
