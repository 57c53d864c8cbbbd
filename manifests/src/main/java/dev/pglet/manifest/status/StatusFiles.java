package dev.pglet.manifest.status;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.ManifestSource.StatusWrite;
import dev.pglet.manifest.edit.ManifestEditor;
import dev.pglet.manifest.edit.VolatileFields;
import dev.pglet.manifest.edit.text.EditRefused;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One file for each resource, {@code KIND.NAMESPACE.NAME.yaml}, with its status and the manifest
 * that it is about. Only files about manifests of its own root are touched. Thread-safe.
 */
final class StatusFiles {
  private static final Logger LOG = LoggerFactory.getLogger(StatusFiles.class);
  private static final String MANIFEST = "pglet.dev/manifest";

  private final Path directory;
  private final Path root;

  /** The names that were kept last; at first one that never is, so that all are looked at. */
  private Set<String> last = Set.of("");

  StatusFiles(Path directory, Path root) {
    this.directory = directory;
    this.root = root;
  }

  synchronized StatusWrite write(Manifest manifest, ObjectNode status, VolatileFields unimportant)
      throws IOException {
    Path file = directory.resolve(name(manifest.key()));
    String text = text(manifest, status);
    try {
      String there = Files.readString(file);
      if (there.equals(text) || saysTheSame(there, text, status, unimportant)) {
        return StatusWrite.EQUAL;
      }
    } catch (NoSuchFileException e) {
      Files.createDirectories(directory);
    }
    Path temporary = directory.resolve(name(manifest.key()) + ".new");
    Files.writeString(temporary, text);
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    return StatusWrite.WRITTEN;
  }

  private static boolean saysTheSame(
      String there, String text, ObjectNode status, VolatileFields unimportant) {
    try {
      return !unimportant.isEmpty()
          && ManifestEditor.ownText(there, 0).equals(ManifestEditor.ownText(text, 0))
          && unimportant.same(ManifestEditor.content(there, 0).path("status"), status);
    } catch (EditRefused e) {
      return false; // somebody has spoiled it
    }
  }

  private static String text(Manifest manifest, ObjectNode status) {
    ResourceKey key = manifest.key();
    String head =
        """
        # Written by pglet, which overwrites what is changed here.
        apiVersion: %s
        kind: %s
        metadata:
          name: %s
          namespace: %s
          annotations: {}
        """
            .formatted(
                manifest.resource().getApiVersion(), key.kind(), key.name(), key.namespace());
    try {
      ObjectNode content = ManifestEditor.content(head, 0);
      content
          .withObjectProperty("metadata")
          .withObjectProperty("annotations")
          .put(MANIFEST, manifest.file().toString());
      return ManifestEditor.withStatus(ManifestEditor.withContent(head, 0, content), 0, status);
    } catch (EditRefused e) {
      throw new IllegalStateException("a text of pglet's own cannot be edited: " + head, e);
    }
  }

  /** Removes the others; the first time also what was left by a process before. */
  synchronized void keep(Set<ResourceKey> keys) {
    Set<String> there = keys.stream().map(StatusFiles::name).collect(Collectors.toSet());
    if (!there.containsAll(last)) {
      discardExcept(there);
    }
    last = there;
  }

  private void discardExcept(Set<String> there) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.yaml")) {
      for (Path file : files) {
        if (!there.contains(String.valueOf(file.getFileName())) && isAboutRoot(file)) {
          Files.deleteIfExists(file);
        }
      }
    } catch (NoSuchFileException e) {
      // No status was ever written there.
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("directory", directory)
          .setCause(e)
          .log("statuses of resources that are gone cannot be removed");
    }
  }

  private boolean isAboutRoot(Path file) throws IOException {
    try {
      String manifest =
          ManifestEditor.content(Files.readString(file), 0)
              .path("metadata")
              .path("annotations")
              .path(MANIFEST)
              .asText();
      return !manifest.isEmpty() && Path.of(manifest).startsWith(root);
    } catch (EditRefused e) {
      return false; // not pglet's
    }
  }

  /** No part of a key has a dot. */
  private static String name(ResourceKey key) {
    return "%s.%s.%s.yaml"
        .formatted(key.kind().toLowerCase(Locale.ROOT), key.namespace(), key.name());
  }
}
