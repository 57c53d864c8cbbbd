package dev.pglet.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Resources;
import dev.pglet.reconcile.SpecRules;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What this process can see and write where no daemon runs. */
public interface LocalHost {
  /** The resources of every manifest root that is known here; each read observes the host. */
  Resources observe() throws ReconcileException;

  /** Core {@code v1} Event objects, oldest first. */
  List<ObjectNode> events() throws ReconcileException;

  /** One line for people for each problem of a manifest that is not in force. */
  List<String> rejected() throws ReconcileException;

  /** What is there that no manifest is about: see {@code ApiBackend.prunes}. */
  List<ObjectNode> unmanaged() throws ReconcileException;

  /** See {@code ApiBackend.wholeSpec}. */
  Optional<ObjectNode> wholeSpec(ResourceKey key, Optional<String> template, String instead)
      throws ReconcileException;

  /** What a kind demands of its specs beyond the schema; nothing for an unknown kind. */
  SpecRules rules(String kind) throws ReconcileException;

  /** The directory that a new manifest is written into. */
  Path manifests();
}
