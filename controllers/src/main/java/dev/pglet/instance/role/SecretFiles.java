package dev.pglet.instance.role;

import static java.util.Objects.requireNonNullElse;

import dev.pglet.api.v1alpha1.SecretReference;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.file.RegularFiles;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;

/**
 * Reads secrets: files of the account that servers run as, or of pglet's own, that nobody else can
 * read. What is in them is in no message. Stateless.
 */
final class SecretFiles {
  private static final int LONGEST = 1 << 20;

  /** What a secret was, or why it could not be read. */
  sealed interface Read {
    record Found(String secret) implements Read {
      @Override
      public String toString() {
        return "a secret";
      }
    }

    record Problem(String reason, String message, String remedy) implements Read {}
  }

  private final Path secrets;
  private final ServerAccount account;

  SecretFiles(Path secrets, ServerAccount account) {
    this.secrets = secrets;
    this.account = account;
  }

  /** Reads one secret; a file that is read for many is read each time. */
  Read read(SecretReference reference) {
    String file = reference.file();
    if (file != null) {
      try {
        return content(Path.of(file), true);
      } catch (InvalidPathException e) {
        return new Read.Problem("SecretRefused", "the path is none", "Name a file");
      }
    }
    String name = requireNonNullElse(reference.secret(), "");
    Path yaml = secrets.resolve(name + ".yaml");
    Path properties = secrets.resolve(name + ".properties");
    boolean asYaml = Files.exists(yaml, LinkOption.NOFOLLOW_LINKS);
    boolean asProperties = Files.exists(properties, LinkOption.NOFOLLOW_LINKS);
    if (asYaml && asProperties) {
      return new Read.Problem(
          "SecretTwice",
          "the secret %s is there twice: %s and %s".formatted(name, yaml, properties),
          "Remove one of them");
    }
    Path there = asProperties ? properties : yaml;
    return switch (content(there, false)) {
      case Read.Problem problem -> problem;
      case Read.Found found ->
          key(there, found.secret(), requireNonNullElse(reference.key(), ""), asProperties);
    };
  }

  private Read content(Path file, boolean secretAlone) {
    try {
      Optional<Read.Problem> refused = refused(file);
      if (refused.isPresent()) {
        return refused.get();
      }
      Path directory = file.toAbsolutePath().getParent();
      if (directory == null) {
        return new Read.Problem("SecretRefused", file + " is no file", "Name a file");
      }
      byte[] bytes = RegularFiles.read(directory, file.getFileName().toString(), LONGEST);
      String text = new String(bytes, StandardCharsets.UTF_8);
      return secretAlone
          ? secret(file.toString(), text.replaceFirst("\r?\n\\z", ""))
          : new Read.Found(text);
    } catch (NoSuchFileException e) {
      return new Read.Problem(
          "SecretMissing",
          "the file %s does not exist".formatted(file),
          "Make it: install -m 600 %s/dev/stdin %s".formatted(owner(), file));
    } catch (IOException e) {
      return new Read.Problem(
          "SecretUnreadable",
          "the file %s cannot be read: %s".formatted(file, e),
          "See that the account of pglet may read it");
    }
  }

  private Optional<Read.Problem> refused(Path file) throws IOException {
    RegularFiles.require(file);
    int mode = (Integer) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 07777;
    int uid = (Integer) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    if ((mode & 0077) != 0) {
      return Optional.of(
          new Read.Problem(
              "SecretExposed",
              "the file %s can be read by others than its owner (mode %o)".formatted(file, mode),
              "Run: chmod 600 " + file));
    }
    int own = account.switching() ? 0 : account.uid();
    if (uid != account.uid() && uid != own) {
      return Optional.of(
          new Read.Problem(
              "SecretOfAnother",
              "the file %s belongs to neither the account %s nor pglet's own"
                  .formatted(file, account.name()),
              "Run: chown %s %s".formatted(account.name(), file)));
    }
    return Optional.empty();
  }

  private String owner() {
    return account.switching() ? "-o " + account.name() + " " : "";
  }

  private static Read key(Path file, String text, String key, boolean asProperties) {
    Optional<String> value;
    try {
      value = Optional.ofNullable(asProperties ? property(text, key) : yaml(text, key));
    } catch (IOException | IllegalArgumentException | YamlEngineException e) {
      // The parser's message quotes the line, which may hold a secret.
      return new Read.Problem(
          "SecretMalformed",
          "the file %s is no flat list of keys and values".formatted(file),
          asProperties ? "Write lines such as key=value" : "Write lines such as key: 'value'");
    }
    return value.isEmpty()
        ? new Read.Problem(
            "SecretMissing",
            "the file %s has no key %s".formatted(file, key),
            "Add it, or name another key")
        : secret("key %s of %s".formatted(key, file), value.get());
  }

  private static @Nullable String property(String text, String key) throws IOException {
    Properties properties = new Properties();
    properties.load(new StringReader(text));
    return properties.getProperty(key);
  }

  /** Every value is what is written: 0123 is not 83. */
  private static @Nullable String yaml(String text, String key) {
    LoadSettings settings = LoadSettings.builder().setSchema(new FailsafeSchema()).build();
    Object tree = new Load(settings).loadFromString(text);
    if (!(tree instanceof Map<?, ?> map)) {
      throw new IllegalArgumentException("no mapping");
    }
    Object value = map.get(key);
    if (value != null && !(value instanceof String)) {
      throw new IllegalArgumentException("no string");
    }
    return (String) value;
  }

  /** An empty password would be none: the server's is left alone instead. */
  private static Read secret(String place, String secret) {
    if (secret.isEmpty()) {
      return new Read.Problem(
          "SecretEmpty", place + " is empty", "Write the password into it, in one line");
    }
    if (secret.chars().anyMatch(Character::isISOControl)) {
      return new Read.Problem(
          "SecretMalformed",
          place + " holds more than one line, or a control character",
          "Write the password alone, in one line");
    }
    return new Read.Found(secret);
  }
}
