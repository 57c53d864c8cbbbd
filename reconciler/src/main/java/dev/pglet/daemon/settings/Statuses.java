package dev.pglet.daemon.settings;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.manifest.status.StatusMode;
import dev.pglet.reconcile.InvalidSpec;
import java.util.Locale;
import java.util.Optional;

/** Where statuses are written. In the settings file: {@code status: {mode: sidecar}}. */
public record Statuses(StatusMode mode) {
  static Statuses resolve(Sources sources) throws InvalidSpec {
    Optional<Sources.Value> said = sources.find("--status-mode", "PGLET_STATUS_MODE", "");
    if (said.isPresent()) {
      return new Statuses(mode(said.get().text(), said.get().source()));
    }
    JsonNode tree = sources.tree("status");
    if (tree.isMissingNode()) {
      return new Statuses(StatusMode.INLINE);
    }
    String source = sources.file() + ": status.mode";
    if (tree.size() != 1 || !tree.path("mode").isTextual()) {
      throw wrong(source, tree.toString());
    }
    return new Statuses(mode(tree.path("mode").asText(), source));
  }

  private static StatusMode mode(String text, String source) throws InvalidSpec {
    for (StatusMode mode : StatusMode.values()) {
      if (mode.name().toLowerCase(Locale.ROOT).equals(text)) {
        return mode;
      }
    }
    throw wrong(source, text);
  }

  private static InvalidSpec wrong(String source, String text) {
    return new InvalidSpec(
        "WrongStatusMode",
        "status.mode",
        "%s is '%s'".formatted(source, text),
        "Write status: {mode: inline}, sidecar or none");
  }
}
