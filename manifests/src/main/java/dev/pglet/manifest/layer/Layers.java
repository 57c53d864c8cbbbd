package dev.pglet.manifest.layer;

import dev.pglet.api.meta.Layering;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.Problem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The documents that specs of one kind can be built on, as far as they may be. Immutable.
 *
 * @param templates of all namespaces
 * @param builtins by name
 * @param host the defaults of the host, if there are any
 * @param refused documents that must not be one of these, and why
 * @param hostUnknown there are several documents with defaults, and it is not known which holds
 */
public record Layers(
    Layering layering,
    Map<ResourceKey, Manifest> templates,
    Map<String, Manifest> builtins,
    Optional<Manifest> host,
    Map<ResourceKey, Problem> refused,
    boolean hostUnknown) {
  public Layers {
    templates = Map.copyOf(templates);
    builtins = Map.copyOf(builtins);
    refused = Map.copyOf(refused);
  }

  /**
   * Chooses from documents.
   *
   * @param documents of any kinds
   * @param inForce the keys of documents that are in force already: of two with the defaults of the
   *     host, the one that alone is among them stays
   */
  static Layers of(
      Layering layering,
      Map<String, Manifest> builtins,
      Collection<Manifest> documents,
      Set<ResourceKey> inForce) {
    Map<ResourceKey, Problem> refused = new TreeMap<>();
    Map<ResourceKey, Manifest> templates = new LinkedHashMap<>();
    Map<ResourceKey, Manifest> hosts = new TreeMap<>();
    for (Manifest document : documents) {
      ResourceKey key = document.key();
      if (key.kind().equals(layering.hostKind())) {
        hosts.put(key, document);
      } else if (key.kind().equals(layering.templateKind())) {
        if (builtins.containsKey(key.name())) {
          refused.put(key, nameOfBuiltin(document, layering));
        } else {
          templates.put(key, document);
        }
      }
    }
    List<Manifest> held = hosts.values().stream().filter(m -> inForce.contains(m.key())).toList();
    Optional<Manifest> host = Optional.empty();
    if (hosts.size() == 1) {
      host = hosts.values().stream().findFirst();
    } else if (held.size() == 1) {
      host = Optional.of(held.getFirst());
    }
    refused.putAll(tooMany(hosts, host));
    return new Layers(
        layering, templates, builtins, host, refused, host.isEmpty() && !hosts.isEmpty());
  }

  private static Problem nameOfBuiltin(Manifest document, Layering layering) {
    String name = document.key().name();
    return document.problem(
        "metadata.name",
        "%s is the name of a built-in template; choose another name, and write spec.%s: %s to build on it"
            .formatted(name, layering.extendsField(), name));
  }

  private static Map<ResourceKey, Problem> tooMany(
      Map<ResourceKey, Manifest> hosts, Optional<Manifest> host) {
    Map<ResourceKey, Problem> refused = new TreeMap<>();
    for (Manifest manifest : hosts.values()) {
      if (hosts.size() > 1 && !host.equals(Optional.of(manifest))) {
        String others =
            hosts.values().stream()
                .filter(other -> !other.key().equals(manifest.key()))
                .map(other -> other.key() + " at " + other.place("metadata.name"))
                .collect(Collectors.joining(", "));
        refused.put(
            manifest.key(),
            manifest.problem(
                "metadata.name",
                "a manifest root has one %s, but there is also %s. %s; remove one of them"
                    .formatted(
                        manifest.key().kind(),
                        others,
                        host.map(one -> one.key() + " stays in force")
                            .orElse("None of them is taken, and specs stay as they were"))));
      }
    }
    return refused;
  }

  /** Templates, the strongest first; or what is wrong with the chain. */
  record Chain(List<Manifest> templates, Optional<Problem> problem) {
    Chain {
      templates = List.copyOf(templates);
    }
  }

  /**
   * The chain that begins with a template.
   *
   * @param user the document that names the first one in that field
   */
  Chain chain(Manifest user, String field, String first) {
    List<Manifest> chain = new ArrayList<>();
    List<String> names = new ArrayList<>();
    Manifest by = user;
    String at = field;
    Optional<String> name = Optional.of(first);
    while (name.isPresent()) {
      Optional<Manifest> found = template(user.key().namespace(), name.get());
      if (found.isEmpty()) {
        return new Chain(chain, Optional.of(missing(user, by, at, name.get())));
      }
      if (names.contains(name.get())) {
        names.add(name.get());
        return new Chain(chain, Optional.of(circle(user, by, at, names)));
      }
      names.add(name.get());
      by = found.get();
      chain.add(by);
      at = "spec." + layering.extendsField();
      name = SpecText.of(by).leaf(layering.extendsField());
    }
    return new Chain(chain, Optional.empty());
  }

  private Optional<Manifest> template(String namespace, String name) {
    Manifest builtin = builtins.get(name);
    return builtin != null
        ? Optional.of(builtin)
        : Optional.ofNullable(
            templates.get(new ResourceKey(layering.templateKind(), namespace, name)));
  }

  private Problem missing(Manifest user, Manifest by, String field, String name) {
    Set<String> known = new TreeSet<>(builtins.keySet());
    templates.keySet().stream()
        .filter(key -> key.namespace().equals(user.key().namespace()))
        .forEach(key -> known.add(key.name()));
    return told(
        user,
        by,
        field,
        "there is no %s %s in namespace %s; there is: %s"
            .formatted(
                layering.templateKind(), name, user.key().namespace(), String.join(", ", known)));
  }

  private Problem circle(Manifest user, Manifest by, String field, List<String> names) {
    return told(
        user,
        by,
        field,
        "the templates build on each other in a circle: %s; remove one %s"
            .formatted(String.join(" → ", names), layering.extendsField()));
  }

  /** A problem of one document on behalf of another. */
  static Problem told(Manifest user, Manifest by, String field, String message) {
    return by.problem(
        field, user.key().equals(by.key()) ? message : "for %s: %s".formatted(user.key(), message));
  }
}
