package dev.pglet.cli.verb;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Session;
import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.ManifestReader;
import dev.pglet.manifest.Problem;
import dev.pglet.reconcile.ReconcileException;
import java.nio.file.Path;
import java.util.List;

/** A document that a verb is about to write: shown as {@code diff} shows it, and checked. */
public record Proposal(Session session, ResourceKey key, String document) {
  /** Prints what it would do, or why it cannot be; returns whether it can. */
  public boolean shown() throws ReconcileException {
    ManifestReader.Content content =
        new ManifestReader(session.kinds()).read(Path.of("the document"), document);
    ManifestArguments.Read read =
        new ManifestArguments.Read(content.manifests(), content.problems(), 1);
    List<Problem> problems = ManifestArguments.problems(read, session);
    if (!problems.isEmpty()) {
      problems.forEach(session.err()::println);
      return false;
    }
    Previewing previewing = new Previewing(session);
    for (Manifest manifest : read.manifests()) {
      previewing.show(manifest);
    }
    return previewing.result() != Previewing.ERROR;
  }
}
