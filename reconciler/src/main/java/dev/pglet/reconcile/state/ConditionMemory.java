package dev.pglet.reconcile.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.Refused;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The conditions that were last reported for each uid, so that a restart of the daemon moves no
 * transition time. Nothing is ever decided by them. Thread-safe for different uids.
 */
public final class ConditionMemory {
  private final Path directory;
  private final Function<Path, VersionedFile> files;
  private final Set<String> ofNewer = ConcurrentHashMap.newKeySet();

  ConditionMemory(Path directory, Function<Path, VersionedFile> files) {
    this.directory = directory;
    this.files = files;
  }

  /** Empty when nothing is remembered. */
  public List<Condition> read(String uid) throws Refused, HostUnavailable {
    VersionedFile file = file(uid);
    Optional<ObjectNode> content;
    try {
      content = file.read();
    } catch (Refused e) {
      ofNewer.add(uid);
      throw e;
    }
    if (content.isEmpty()) {
      return List.of();
    }
    try {
      List<Condition> conditions = new ArrayList<>();
      for (JsonNode node : content.get().required("conditions")) {
        conditions.add(
            new ConditionBuilder()
                .withType(InventoryJson.text(node, "type"))
                .withStatus(InventoryJson.text(node, "status"))
                .withReason(InventoryJson.text(node, "reason"))
                .withMessage(InventoryJson.text(node, "message"))
                .withLastTransitionTime(InventoryJson.text(node, "lastTransitionTime"))
                .withObservedGeneration(node.required("observedGeneration").longValue())
                .build());
      }
      return conditions;
    } catch (RuntimeException e) {
      file.setAside(e.toString());
      return List.of();
    }
  }

  /** Never in place of what a newer pglet has written, in so far as that was read. */
  public void write(String uid, List<Condition> conditions) throws IOException {
    if (ofNewer.contains(uid)) {
      throw new IOException(
          "the conditions of %s were written by a newer pglet, and are left as they are"
              .formatted(uid));
    }
    ObjectNode content = JsonNodeFactory.instance.objectNode();
    ArrayNode list = content.putArray("conditions");
    for (Condition condition : conditions) {
      list.addObject()
          .put("type", condition.getType())
          .put("status", condition.getStatus())
          .put("reason", condition.getReason())
          .put("message", condition.getMessage())
          .put("lastTransitionTime", condition.getLastTransitionTime())
          .put("observedGeneration", condition.getObservedGeneration());
    }
    file(uid).write(content);
  }

  public void forget(String uid) throws IOException {
    file(uid).delete();
  }

  private VersionedFile file(String uid) {
    return files.apply(directory.resolve(uid + ".json"));
  }
}
