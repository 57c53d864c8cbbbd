package dev.pglet.cli.explain;

import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Session;
import dev.pglet.cli.UsageError;
import dev.pglet.reconcile.ReconcileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** {@code diff --template}: what another template, or another text of one, would change. */
public final class TemplateDiff {
  /** As {@code diff(1)}: 0 is no difference, 1 is one, more is trouble. */
  private static final int TROUBLE = 2;

  private TemplateDiff() {}

  /**
   * Prints what would change in a resource's spec.
   *
   * @param words one KIND NAME, KIND/NAME or NAME
   * @param template the name that it would give; empty: as it is
   * @param file templates to try in place of those with the same names
   * @return the exit code of {@code diff}
   */
  public static int compare(
      List<String> words,
      String namespace,
      Optional<String> template,
      Optional<String> file,
      Session session)
      throws ReconcileException {
    template
        .filter(name -> !ResourceKey.NAME.matcher(name).matches())
        .ifPresent(TemplateDiff::noName);
    ResourceKey key = WholeSpec.key(words, namespace, session);
    WholeSpec now = WholeSpec.of(key, Optional.empty(), "", session);
    WholeSpec then = WholeSpec.of(key, template, file.map(TemplateDiff::text).orElse(""), session);
    if (!then.problems().isEmpty()) {
      then.problems().forEach(session.err()::println);
      return TROUBLE;
    }
    return print(key, now, then, session);
  }

  private static void noName(String name) {
    throw new UsageError("--template: '" + name + "' is no name");
  }

  private static String text(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException e) {
      throw new UsageError(file + " cannot be read: " + e.getMessage());
    }
  }

  private static int print(ResourceKey key, WholeSpec now, WholeSpec then, Session session) {
    CrdDefinition kind = session.kinds().kind(key.kind()).orElseThrow();
    Set<String> fields = new TreeSet<>(now.fields().keySet());
    fields.addAll(then.fields().keySet());
    boolean differs = false;
    for (String field : fields) {
      WholeSpec.Value before = now.fields().get(field);
      WholeSpec.Value after = then.fields().get(field);
      String old = before == null ? "-" : before.text();
      String other = after == null ? "-" : after.text();
      if (!old.equals(other)) {
        differs = true;
        session
            .out()
            .printf(
                "%s: %s -> %s%n  from %s%n  change: %s%n",
                field, old, other, after == null ? "nobody" : after.from(), effect(kind, field));
      }
    }
    if (!differs) {
      session.out().println("no difference");
    }
    return differs ? 1 : Cli.OK;
  }

  private static String effect(CrdDefinition kind, String field) {
    List<String> names = Arrays.asList(field.replaceAll("\\[[0-9]+]", "").split("\\.", -1));
    try {
      return FieldSchema.find(kind, names).effect().orElse("not known");
    } catch (UsageError e) {
      return "not known";
    }
  }
}
