package dev.pglet.api.meta;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How the spec of a kind is put together from several documents. From the weakest to the strongest:
 * the defaults of the host, the chain of templates from its root, the document's own spec. A field
 * that a document does not write (or writes without a value) is left to the weaker ones; mappings
 * are merged field by field, lists and scalars are replaced as a whole. What no document writes has
 * the default of the kind. A required field must be in the document itself.
 *
 * @param templateKind documents of this kind have as their spec a part of the spec
 * @param templateField the field of the spec that names a template
 * @param extendsField the field of a template's spec that names the template that it builds on
 * @param builtins templates that are always there, whose names no document may take
 * @param hostKind a manifest root has at most one document of this kind
 * @param hostDefaults the field of that document's spec that holds a part of the spec
 * @param hostFields other fields of that document's spec, each with the field of the spec whose
 *     default it is
 * @param decided fields whose default is taken once, when the resource is first accepted, and kept
 *     from then on until a template or the document itself writes the field
 * @param placeholders names that stand in templates and defaults as <code>${name}</code> for the
 *     value of a field of the spec, which must be written and not be 0
 */
public record Layering(
    String templateKind,
    String templateField,
    String extendsField,
    List<Builtin> builtins,
    String hostKind,
    String hostDefaults,
    Map<String, String> hostFields,
    Set<String> decided,
    Map<String, String> placeholders) {
  /**
   * A template that comes with the kind.
   *
   * @param document a manifest of the template kind
   */
  public record Builtin(String name, String document) {}

  public Layering {
    requireNonNull(templateKind, "templateKind is null");
    requireNonNull(hostKind, "hostKind is null");
    builtins = List.copyOf(builtins);
    hostFields = Map.copyOf(hostFields);
    decided = Set.copyOf(decided);
    placeholders = Map.copyOf(placeholders);
  }
}
