package dev.pglet.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.ManifestSource.Change;
import dev.pglet.manifest.ManifestSource.Document;
import dev.pglet.manifest.ManifestSource.Review;
import dev.pglet.manifest.ManifestSource.StatusWrite;
import dev.pglet.manifest.ManifestSource.Written;
import dev.pglet.manifest.edit.AtomicFile;
import dev.pglet.manifest.edit.ManifestEditor;
import dev.pglet.manifest.edit.RegularFile;
import dev.pglet.manifest.edit.VolatileFields;
import dev.pglet.manifest.edit.change.FieldPath;
import dev.pglet.manifest.edit.change.MergePatch;
import dev.pglet.manifest.edit.text.EditRefused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The writes of a {@link ManifestDirectory}, whose lock guards it. */
final class ManifestWriter {
  /** Each try reads the file anew; more would mean that somebody writes it without a pause. */
  private static final int TRIES = 10;

  private static final Path APPLIED = Path.of("applied document");

  private final Path root;
  private final ManifestReader reader;
  private final AtomicFile atomic;

  ManifestWriter(Path root, ManifestReader reader, AtomicFile atomic) {
    this.root = root;
    this.reader = reader;
    this.atomic = atomic;
  }

  /** A new text for an old one; empty when the old one is not what was to be edited. */
  @FunctionalInterface
  private interface Edit {
    Optional<String> apply(String text, int document) throws EditRefused;
  }

  StatusWrite status(
      SettlingFile file,
      Manifest manifest,
      ObjectNode status,
      VolatileFields unimportant,
      Instant now)
      throws IOException, ManifestRejected {
    Optional<byte[]> read = file.acceptedBytes();
    if (read.isEmpty() || !isStillThere(file)) {
      return StatusWrite.DROPPED;
    }
    JsonNode lasting = unimportant.without(status);
    if (file.holdsStatus(manifest.document(), lasting)) {
      return StatusWrite.EQUAL;
    }
    String text = new String(read.get(), StandardCharsets.UTF_8);
    String edited;
    try {
      edited = ManifestEditor.withStatus(text, manifest.document(), status, unimportant);
    } catch (EditRefused e) {
      throw refused(file.path(), e);
    }
    boolean equal = edited.equals(text);
    if (!equal && !replace(file, read.get(), edited, now)) {
      return StatusWrite.DROPPED;
    }
    file.foundStatus(manifest.document(), lasting);
    return equal ? StatusWrite.EQUAL : StatusWrite.WRITTEN;
  }

  /** The one good document of a text. */
  Manifest parsed(String document) throws ManifestRejected {
    List<Manifest> manifests = reader.read(APPLIED, document).orThrow();
    if (manifests.size() != 1) {
      throw rejected(
          APPLIED,
          "one document is needed, but there are %d; apply them one by one"
              .formatted(manifests.size()));
    }
    return manifests.getFirst();
  }

  Written apply(Manifest wanted, String document, Map<Path, SettlingFile> files, Instant now)
      throws IOException, ManifestRejected {
    Optional<SettlingFile> file = holder(wanted.key(), files);
    if (file.isEmpty()) {
      return create(wanted.key(), document, files, now);
    }
    return edit(
            wanted.key(),
            file.get(),
            (text, index) -> Optional.of(ManifestEditor.withDocument(text, index, document)),
            Review.NONE,
            now)
        .orElseThrow();
  }

  Written patch(
      ResourceKey key, ObjectNode patch, Review review, Map<Path, SettlingFile> files, Instant now)
      throws IOException, ManifestRejected {
    SettlingFile file = requireHolder(key, files);
    PatchRule.check(file.path(), patch);
    Edit edit = (text, index) -> Optional.of(patched(key, text, index, patch));
    return edit(key, file, edit, review, now).orElseThrow();
  }

  private String patched(ResourceKey key, String text, int index, ObjectNode patch)
      throws EditRefused {
    ObjectNode before = ManifestEditor.content(text, index);
    ObjectNode after = (ObjectNode) MergePatch.apply(before, patch);
    dropEmptied(key.kind(), FieldPath.ROOT, before, after, patch);
    return ManifestEditor.withContent(text, index, after);
  }

  /**
   * Labels, parameters and the like go with their last one: a pause and a resume leave nothing. And
   * what only removes adds nothing, though RFC 7386 would add an empty mapping to remove it from.
   */
  private void dropEmptied(
      String kind, FieldPath path, JsonNode before, ObjectNode after, JsonNode patch) {
    for (Map.Entry<String, JsonNode> field : patch.properties()) {
      String name = field.getKey();
      if (field.getValue().isEmpty() || !(after.path(name) instanceof ObjectNode now)) {
        continue;
      }
      JsonNode old = before.path(name);
      dropEmptied(kind, path.child(name), old, now, field.getValue());
      boolean emptied = now.isEmpty() && !(old.isObject() && old.isEmpty());
      if (emptied && (!old.isObject() || reader.isFreeMap(kind, path.child(name)))) {
        after.remove(name);
      }
    }
  }

  Optional<Document> document(ResourceKey key, Map<Path, SettlingFile> files)
      throws IOException, ManifestRejected {
    Optional<SettlingFile> holder = holder(key, files);
    if (holder.isEmpty()) {
      return Optional.empty();
    }
    Path path = holder.get().path();
    byte[] bytes = RegularFile.read(holder.get().real());
    return Optional.of(new Document(path, own(path, bytes, document(key, path, bytes))));
  }

  Optional<Written> replace(
      ResourceKey key, String expected, String document, Map<Path, SettlingFile> files, Instant now)
      throws IOException, ManifestRejected {
    Manifest wanted = parsed(document);
    SettlingFile file = requireHolder(key, files);
    if (!wanted.key().equals(key)) {
      throw rejected(
          file.path(),
          "the document is about %s, not %s; a resource cannot be renamed: apply the other one"
              .formatted(wanted.key(), key));
    }
    return edit(
        key,
        file,
        (text, index) ->
            ManifestEditor.ownText(text, index).equals(expected)
                ? Optional.of(ManifestEditor.withDocument(text, index, document))
                : Optional.empty(),
        Review.NONE,
        now);
  }

  private SettlingFile requireHolder(ResourceKey key, Map<Path, SettlingFile> files)
      throws ManifestRejected {
    return holder(key, files)
        .orElseThrow(() -> rejected(root, "no manifest here defines " + key + "; apply one"));
  }

  private static String own(Path file, byte[] bytes, int index) throws ManifestRejected {
    try {
      return ManifestEditor.ownText(new String(bytes, StandardCharsets.UTF_8), index);
    } catch (EditRefused e) {
      throw refused(file, e);
    }
  }

  Written delete(ResourceKey key, Map<Path, SettlingFile> files, Instant now)
      throws IOException, ManifestRejected {
    Optional<SettlingFile> holder = holder(key, files);
    if (holder.isEmpty()) {
      return new Written(key, root, Change.UNCHANGED);
    }
    SettlingFile file = holder.get();
    for (int i = 0; i < TRIES; i++) {
      byte[] bytes = RegularFile.read(file.real());
      String text = new String(bytes, StandardCharsets.UTF_8);
      int index = document(key, file.path(), bytes);
      Optional<String> rest;
      try {
        rest = ManifestEditor.without(text, index);
      } catch (EditRefused e) {
        throw refused(file.path(), e);
      }
      if (rest.isPresent()) {
        if (replace(file, bytes, rest.get(), now)) {
          return new Written(key, file.path(), Change.DELETED);
        }
      } else if (atomic.remove(file.real(), bytes) == AtomicFile.Outcome.DONE) {
        removeLink(file);
        files.remove(file.path());
        return new Written(key, file.path(), Change.DELETED);
      }
    }
    throw busy(file.path());
  }

  /** A link to the file leads nowhere now; what somebody saved at its place meanwhile stays. */
  private static void removeLink(SettlingFile file) throws IOException {
    if (!file.path().equals(file.real()) && Files.isSymbolicLink(file.path())) {
      Files.deleteIfExists(file.path());
    }
  }

  private Optional<Written> edit(
      ResourceKey key, SettlingFile file, Edit edit, Review review, Instant now)
      throws IOException, ManifestRejected {
    for (int i = 0; i < TRIES; i++) {
      byte[] bytes = RegularFile.read(file.real());
      String text = new String(bytes, StandardCharsets.UTF_8);
      Optional<String> wanted = edited(file.path(), text, document(key, file.path(), bytes), edit);
      if (wanted.isEmpty()) {
        return Optional.empty();
      }
      String edited = wanted.get();
      if (edited.equals(text)) {
        return Optional.of(new Written(key, file.path(), Change.UNCHANGED));
      }
      check(key, reader.read(file.path(), edited), review);
      if (replace(file, bytes, edited, now)) {
        return Optional.of(new Written(key, file.path(), Change.CONFIGURED));
      }
    }
    throw busy(file.path());
  }

  private static void check(ResourceKey key, ManifestReader.Content after, Review review)
      throws ManifestRejected {
    Manifest edited =
        after.manifests().stream()
            .filter(manifest -> manifest.key().equals(key))
            .findFirst()
            .orElseThrow(() -> new ManifestRejected(after.problems()));
    List<Problem> problems = review.problems(edited);
    if (!problems.isEmpty()) {
      throw new ManifestRejected(problems);
    }
  }

  private Written create(
      ResourceKey key, String document, Map<Path, SettlingFile> files, Instant now)
      throws IOException, ManifestRejected {
    String text;
    try {
      text = ManifestEditor.newFile(document);
    } catch (EditRefused e) {
      throw refused(APPLIED, e);
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    String name = key.toString().replace('/', '-').toLowerCase(Locale.ROOT);
    for (int i = 1; i <= TRIES; i++) {
      Path path = root.resolve(name + (i == 1 ? "" : "-" + i) + ".yaml");
      try {
        atomic.create(path, bytes);
      } catch (FileAlreadyExistsException e) {
        continue; // holds something else, or it would have been found by its key
      } catch (FileSystemException e) {
        throw unwritable(path, e);
      }
      SettlingFile file = new SettlingFile(path, path, reader);
      file.acceptOwn(bytes, now);
      files.put(path, file);
      return new Written(key, path, Change.CREATED);
    }
    throw rejected(
        root.resolve(name + ".yaml"),
        "exists and does not define %s; add the document to it by hand".formatted(key));
  }

  /** The one file whose newest version defines the resource. */
  private Optional<SettlingFile> holder(ResourceKey key, Map<Path, SettlingFile> files)
      throws ManifestRejected {
    List<SettlingFile> holders =
        files.values().stream()
            .filter(
                file ->
                    file.newest().manifests().stream()
                        .anyMatch(manifest -> manifest.key().equals(key)))
            .toList();
    if (holders.size() > 1) {
      throw rejected(
          holders.get(0).path(),
          "%s is defined here and in %s; remove one of the two first"
              .formatted(key, holders.get(1).path()));
    }
    for (SettlingFile file : files.values()) {
      if (holders.isEmpty() && file.newest().rejectedKeys().contains(key)) {
        throw new ManifestRejected(file.newest().problems());
      }
    }
    return holders.stream().findFirst();
  }

  private int document(ResourceKey key, Path file, byte[] bytes) throws ManifestRejected {
    ManifestReader.Content content = reader.read(file, bytes);
    return content.manifests().stream()
        .filter(manifest -> manifest.key().equals(key))
        .findFirst()
        .orElseThrow(
            () ->
                content.problems().isEmpty()
                    ? rejected(file, "no longer defines " + key + "; try again")
                    : new ManifestRejected(content.problems()))
        .document();
  }

  /** What is in a file that was still settling stays so, with our edit in it. */
  private boolean replace(SettlingFile file, byte[] read, String edited, Instant now)
      throws IOException {
    byte[] bytes = edited.getBytes(StandardCharsets.UTF_8);
    boolean wasAccepted =
        file.acceptedBytes().filter(accepted -> Arrays.equals(accepted, read)).isPresent();
    try {
      if (atomic.replace(file.real(), read, bytes) != AtomicFile.Outcome.DONE) {
        return false;
      }
    } catch (FileSystemException e) {
      throw unwritable(file.path(), e);
    }
    if (wasAccepted) {
      file.acceptOwn(bytes, now);
    }
    return true;
  }

  private static boolean isStillThere(SettlingFile file) throws IOException {
    return Files.exists(file.path()) && file.path().toRealPath().equals(file.real());
  }

  private static Optional<String> edited(Path file, String text, int document, Edit edit)
      throws ManifestRejected {
    try {
      return edit.apply(text, document);
    } catch (EditRefused e) {
      throw refused(file, e);
    }
  }

  private static ManifestRejected refused(Path file, EditRefused e) {
    return new ManifestRejected(List.of(ManifestReader.problem(file, e.flaw())));
  }

  private static ManifestRejected rejected(Path file, String message) {
    return new ManifestRejected(List.of(new Problem(file, 0, 0, "", message)));
  }

  /** The exception names the temporary file beside it, of which nobody has heard. */
  private static IOException unwritable(Path file, FileSystemException e) {
    String reason =
        e instanceof AccessDeniedException
            ? "this user may not write into the directory " + file.getParent()
            : String.valueOf(e.getReason() == null ? e : e.getReason());
    return new IOException("%s: cannot be written: %s".formatted(file, reason), e);
  }

  private static IOException busy(Path file) {
    return new IOException(
        file + ": somebody else keeps changing the file; nothing was written, try again");
  }
}
