package dev.pglet.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A template and those that it builds on.
 *
 * @param names from the template to the root of the chain; a built-in template ends it
 * @param end how the chain ends
 */
record Chain(List<String> names, End end) {
  /** How a chain ends. */
  enum End {
    /** With a template that builds on none, or a built-in one. */
    ROOT,
    /** The last name is of no template. */
    MISSING,
    /** The last name was there before. */
    CIRCLE
  }

  Chain {
    names = List.copyOf(names);
  }

  /**
   * The chain that begins with a name.
   *
   * @param extended what a template builds on; empty for an unknown template, an empty name for one
   *     that builds on none
   */
  static Chain of(String first, Set<String> builtins, Function<String, Optional<String>> extended) {
    List<String> names = new ArrayList<>();
    String name = first;
    while (!name.isEmpty()) {
      boolean again = names.contains(name);
      names.add(name);
      if (again) {
        return new Chain(names, End.CIRCLE);
      }
      if (builtins.contains(name)) {
        return new Chain(names, End.ROOT);
      }
      Optional<String> next = extended.apply(name);
      if (next.isEmpty()) {
        return new Chain(names, End.MISSING);
      }
      name = next.get();
    }
    return new Chain(names, End.ROOT);
  }
}
