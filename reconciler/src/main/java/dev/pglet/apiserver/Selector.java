package dev.pglet.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Kubernetes' label and field selectors, as a predicate over objects. */
public final class Selector {
  private static final Pattern SET = Pattern.compile("([^ !=]+) +(in|notin) *\\(([^)]*)\\)");
  private static final Pattern EQUALITY = Pattern.compile("([^ !=]+) *(=|==|!=) *([^ ]*)");
  private static final Pattern EXISTS = Pattern.compile("(!?) *([^ !=]+)");

  private Selector() {}

  public static Predicate<ObjectNode> labels(String selector) throws ApiError {
    Predicate<ObjectNode> all = object -> true;
    for (String term : terms(selector)) {
      Predicate<JsonNode> one = label(term);
      all = all.and(object -> one.test(object.path("metadata").path("labels")));
    }
    return all;
  }

  private static Predicate<JsonNode> label(String term) throws ApiError {
    Matcher set = SET.matcher(term);
    if (set.matches()) {
      String name = set.group(1);
      Set<String> values =
          Arrays.stream(set.group(3).split(",")).map(String::strip).collect(Collectors.toSet());
      boolean in = set.group(2).equals("in");
      return labels -> in == (labels.has(name) && values.contains(labels.path(name).asText()));
    }
    Matcher equality = EQUALITY.matcher(term);
    if (equality.matches()) {
      String name = equality.group(1);
      String value = equality.group(3);
      boolean wanted = !equality.group(2).equals("!=");
      return labels -> wanted == (labels.has(name) && labels.path(name).asText().equals(value));
    }
    Matcher exists = EXISTS.matcher(term);
    if (exists.matches()) {
      boolean wanted = exists.group(1).isEmpty();
      String name = exists.group(2);
      return labels -> labels.has(name) == wanted;
    }
    throw ApiError.badRequest(
        "labelSelector: %s is not understood; write name=value, name!=value, name in (a,b), name notin (a,b), name or !name"
            .formatted(term));
  }

  static Predicate<ObjectNode> fields(String selector) throws ApiError {
    Predicate<ObjectNode> all = object -> true;
    for (String term : terms(selector)) {
      Matcher equality = EQUALITY.matcher(term);
      if (!equality.matches()
          || !Set.of("metadata.name", "metadata.namespace").contains(equality.group(1))) {
        throw ApiError.badRequest(
            "fieldSelector: %s is not supported; only metadata.name and metadata.namespace are, with = or !="
                .formatted(term));
      }
      JsonPath path = JsonPath.parse("." + equality.group(1));
      String value = equality.group(3);
      boolean wanted = !equality.group(2).equals("!=");
      all =
          all.and(
              object ->
                  wanted == path.find(object).stream().anyMatch(n -> n.asText().equals(value)));
    }
    return all;
  }

  /** Splits at commas outside parentheses. */
  private static List<String> terms(String selector) {
    List<String> terms = new ArrayList<>();
    int depth = 0;
    int start = 0;
    for (int i = 0; i <= selector.length(); i++) {
      char c = i == selector.length() ? ',' : selector.charAt(i);
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (c == ',' && (depth == 0 || i == selector.length())) {
        terms.add(selector.substring(start, i).strip());
        start = i + 1;
      }
    }
    terms.removeIf(String::isEmpty);
    return terms;
  }
}
