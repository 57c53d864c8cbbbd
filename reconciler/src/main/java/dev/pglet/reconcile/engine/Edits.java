package dev.pglet.reconcile.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.ManifestRejected;
import dev.pglet.manifest.ManifestSource;
import dev.pglet.manifest.ManifestSource.Review;
import dev.pglet.manifest.ManifestSource.Written;
import dev.pglet.manifest.Problem;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.Resources;
import dev.pglet.reconcile.Resources.Applied;
import dev.pglet.reconcile.Resources.Change;
import dev.pglet.reconcile.Resources.Document;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Edits of manifests, with the errors of this module. */
record Edits(ManifestSource manifests) {
  /** An edit of the manifests. */
  interface Edit<T> {
    T make() throws IOException, ManifestRejected, HostUnavailable;
  }

  /** What finds out whether an edit can be made. */
  interface Check {
    void make() throws ManifestRejected;
  }

  void check(Check check) throws ReconcileException {
    make(
        () -> {
          check.make();
          return true;
        });
  }

  Applied apply(String document) throws ReconcileException {
    return applied(make(() -> manifests.apply(document)));
  }

  /** What changes no spec is written whatever is wrong with that spec: it may be to pause it. */
  Applied patch(ResourceKey key, ObjectNode patch, Review review) throws ReconcileException {
    Review asked = patch.path("spec").isEmpty() ? Review.NONE : review;
    return applied(make(() -> manifests.patch(key, patch, asked)));
  }

  Optional<Document> document(ResourceKey key) throws ReconcileException {
    return make(() -> manifests.document(key))
        .map(found -> new Document(found.file().toString(), found.text()));
  }

  Applied replace(ResourceKey key, String expected, String document) throws ReconcileException {
    return applied(
        make(() -> manifests.replace(key, expected, document))
            .orElseThrow(
                () ->
                    new Refused(
                        Resources.CONFLICT,
                        key + " has been changed by somebody else meanwhile",
                        "Make your change in its new text")));
  }

  <T> T make(Edit<T> edit) throws ReconcileException {
    try {
      return edit.make();
    } catch (ManifestRejected e) {
      String field = e.problems().isEmpty() ? "" : firstField(e.problems());
      String message =
          e.problems().stream().map(Problem::toString).collect(Collectors.joining("\n"));
      throw new InvalidSpec("ManifestRejected", field, message, "Nothing was written", e);
    } catch (IOException e) {
      throw new Refused(
          "ManifestUnwritable",
          "writing a manifest below %s: %s".formatted(manifests.root(), e),
          "Make it writable for the account of pglet, and try again",
          e);
    }
  }

  private static String firstField(List<Problem> problems) {
    return problems.getFirst().field();
  }

  private static Applied applied(Written written) {
    Change change =
        switch (written.change()) {
          case CREATED -> Change.CREATED;
          case CONFIGURED, DELETED -> Change.CONFIGURED;
          case UNCHANGED -> Change.UNCHANGED;
        };
    return new Applied(written.key(), change, written.file().toString());
  }
}
