package dev.pglet.daemon.settings;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.pglet.reconcile.InvalidSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where settings are written: flags, then the environment, then the settings file. A name that
 * nothing reads is an error, so that a typing mistake is not silently ignored.
 */
public final class Sources {
  /** The keys of the settings file. */
  private static final Set<String> KEYS =
      Set.of(
          "manifests",
          "dataRoot",
          "runDirectory",
          "account",
          "trustOnFirstUse",
          "logLevel",
          "metricsAddress",
          "pruneGuard",
          "status");

  private final HostUser user;
  private final Map<String, String> flags;
  private final Path file;
  private final ObjectNode content;

  private Sources(HostUser user, Map<String, String> flags, Path file, ObjectNode content) {
    this.user = user;
    this.flags = Map.copyOf(flags);
    this.file = file;
    this.content = content;
  }

  /**
   * Reads the settings file if there is one.
   *
   * @param flags the values of global options by their name, such as {@code --data-root}
   * @throws InvalidSpec when the file, or the environment, has a setting that does not exist
   */
  public static Sources read(HostUser user, Map<String, String> flags) throws InvalidSpec {
    Path file = user.settingsFile(flags);
    if (Files.notExists(file)) {
      if (!user.namedSettingsFile(flags).isEmpty()) {
        throw new InvalidSpec(
            "NoSettingsFile", "", file + " does not exist", "Create it, or leave out --config");
      }
      return new Sources(user, flags, file, JsonNodeFactory.instance.objectNode());
    }
    if (user.isRoot()) {
      TrustedFile.require(file);
    }
    return new Sources(user, flags, file, parse(file));
  }

  private static ObjectNode parse(Path file) throws InvalidSpec {
    JsonNode tree;
    try {
      YAMLMapper mapper =
          new YAMLMapper(
              YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build());
      tree = mapper.readTree(Files.readString(file));
    } catch (IOException e) {
      throw new InvalidSpec(
          "SettingsFileUnreadable", "", file + ": " + e.getMessage(), "Correct the file", e);
    }
    if (tree.isMissingNode() || tree.isNull()) {
      return JsonNodeFactory.instance.objectNode();
    }
    if (!(tree instanceof ObjectNode object)) {
      throw new InvalidSpec(
          "SettingsFileWrong", "", file + ": it is no mapping of settings", "Write name: value");
    }
    for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!KEYS.contains(name)) {
        throw new InvalidSpec(
            "UnknownSetting",
            name,
            "%s: there is no setting '%s'".formatted(file, name),
            "The settings are " + String.join(", ", KEYS.stream().sorted().toList()));
      }
    }
    return object;
  }

  HostUser user() {
    return user;
  }

  Path file() {
    return file;
  }

  /** A value and who says so, for messages. */
  record Value(String text, String source) {}

  /** The first source that has the setting; an empty text counts as none. */
  Optional<Value> find(String flag, String variable, String key) throws InvalidSpec {
    if (flags.containsKey(flag)) {
      return Optional.of(new Value(flags.getOrDefault(flag, ""), flag));
    }
    if (!user.env(variable).isEmpty()) {
      return Optional.of(new Value(user.env(variable), variable));
    }
    JsonNode value = content.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isValueNode()) {
      throw new InvalidSpec(
          "WrongType", key, "%s: %s must be a single value".formatted(file, key), "Correct it");
    }
    return Optional.of(new Value(value.asText(), file + ": " + key));
  }

  boolean flagOrFile(String flag, String variable, String key) throws InvalidSpec {
    Optional<Value> value = find(flag, variable, key);
    return switch (value.map(Value::text).orElse("false")) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new InvalidSpec(
              "WrongType",
              key,
              "%s is '%s'".formatted(value.orElseThrow().source(), value.orElseThrow().text()),
              "Write true or false");
    };
  }

  /** A path; a relative one starts at the working directory, in the file at the file's own. */
  Optional<Path> path(String flag, String variable, String key) throws InvalidSpec {
    Optional<Value> value = find(flag, variable, key);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    boolean inFile = value.get().source().startsWith(file.toString());
    Path base = inFile ? file.toAbsolutePath().resolveSibling("") : user.workingDirectory();
    return Optional.of(base.resolve(value.get().text()).normalize());
  }

  JsonNode tree(String key) {
    return content.path(key);
  }
}
