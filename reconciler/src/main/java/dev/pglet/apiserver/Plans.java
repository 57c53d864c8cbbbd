package dev.pglet.apiserver;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.Preview;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Revision;
import dev.pglet.reconcile.WantedSetting;
import java.io.IOException;

/**
 * What was accepted, at {@code …/NAME/revisions}, and what would be done, as objects of the kind
 * {@code Plan}: of a resource as it is, at {@code …/NAME/plan}, and of a write that is only asked
 * about, by {@code dryRun=All}. By which settings what runs is configured is at {@code
 * …/NAME/settings}.
 */
final class Plans {
  private final ApiBackend backend;

  Plans(ApiBackend backend) {
    this.backend = backend;
  }

  void answer(Exchange exchange, ResourcePath path) throws ApiError, ReconcileException {
    answer(exchange, backend.preview(key(path)).orElseThrow(path::notFound));
  }

  /** Answers what the request would do, and does nothing. */
  void dryRun(Exchange exchange, ResourcePath path)
      throws ApiError, ReconcileException, IOException {
    String value = exchange.query("dryRun").orElse("");
    if (!value.equals("All")) {
      throw ApiError.badRequest("dryRun is All or absent, not '%s'".formatted(value));
    }
    boolean apply =
        exchange.method().equals("PATCH")
            && Answers.mediaType(exchange).equals("application/apply-patch+yaml");
    if (apply) {
      ResourceWrites.Body body = ResourceWrites.body(exchange, path);
      answer(exchange, backend.preview(body.key(), body.document()));
    } else if (exchange.method().equals("DELETE")) {
      answer(exchange, backend.previewDeletion(key(path)).orElseThrow(path::notFound));
    } else {
      throw ApiError.badRequest(
          "dryRun is supported for PATCH with application/apply-patch+yaml, and for DELETE of one"
              + " object; nothing was done");
    }
  }

  /** The specs that were accepted, oldest first. */
  void revisions(Exchange exchange, ResourcePath path) throws ApiError, ReconcileException {
    ObjectNode list =
        JsonNodeFactory.instance
            .objectNode()
            .put("kind", "RevisionList")
            .put("apiVersion", "pglet/v1");
    ArrayNode items = list.putArray("items");
    for (Revision revision : backend.revisions(key(path))) {
      items
          .addObject()
          .put("revision", revision.number())
          .put("accepted", revision.accepted().toString())
          .put("file", revision.file())
          .put("specHash", revision.specHash())
          .put("document", revision.document());
    }
    Answers.json(exchange, 200, list);
  }

  /** What the configuration of what runs is made of, by name. */
  void settings(Exchange exchange, ResourcePath path) throws ApiError, ReconcileException {
    ObjectNode list =
        JsonNodeFactory.instance
            .objectNode()
            .put("kind", "SettingList")
            .put("apiVersion", "pglet/v1");
    ArrayNode items = list.putArray("items");
    for (WantedSetting setting : backend.settings(key(path)).orElseThrow(path::notFound)) {
      items
          .addObject()
          .put("name", setting.name())
          .put("value", setting.value())
          .put("field", setting.field())
          .put("origin", setting.origin());
    }
    Answers.json(exchange, 200, list);
  }

  private static ResourceKey key(ResourcePath path) throws ApiError {
    return path.key()
        .orElseThrow(
            () -> new ApiError(405, "MethodNotAllowed", "this is there for one object only"));
  }

  private static void answer(Exchange exchange, Preview preview) {
    Answers.json(exchange, 200, preview.json());
  }
}
