package dev.pglet.template;

import java.util.List;

/**
 * What there is of a template.
 *
 * @param chain it and those that it builds on
 * @param usedBy the names of the instances that it is part of, in order
 */
record TemplateObserved(Chain chain, List<String> usedBy) {
  TemplateObserved {
    usedBy = List.copyOf(usedBy);
  }
}
