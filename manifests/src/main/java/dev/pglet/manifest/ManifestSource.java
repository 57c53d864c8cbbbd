package dev.pglet.manifest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.edit.VolatileFields;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A root of manifests that can be read and written. Thread-safe; calls exclude one another. */
public interface ManifestSource {
  /** The absolute, real path of the root. */
  Path root();

  /**
   * Reads what has changed since the last scan. An unreadable root gives an incomplete snapshot.
   */
  Snapshot scan();

  /**
   * Whether these files are, byte for byte, what was accepted last: then what is told of them was
   * done by pglet itself. False when that is not certain.
   */
  default boolean isAccepted(Set<Path> paths) {
    return false;
  }

  /**
   * Is told, after each scan, which files seem to be cut off by what is remembered of them: nothing
   * is edited there, as that would make a beginning look whole.
   */
  default void doubt(List<Rejected> cutOff) {}

  /**
   * Requires that no document with that key stands in a file that seems to be cut off.
   *
   * @throws ManifestRejected saying what is missing there
   */
  default void requireNotCutOff(ResourceKey key) throws ManifestRejected {}

  /**
   * The text of a file's accepted version, as it was last read; empty when there is no such file,
   * or what it says is not accepted yet.
   */
  Optional<String> text(Path file);

  /**
   * How long nobody but pglet has changed the file of a document that is in force, as it is at this
   * moment; zero while a newer version is not accepted yet, or there is no such file.
   */
  Duration quiet(ResourceKey key);

  /**
   * Replaces the {@code status:} of the document with that key, and nothing else. Not written when
   * it is equal. When the file has changed since the last scan the write is dropped.
   *
   * @param unimportant fields that alone are no reason to write
   * @throws ManifestRejected when the text cannot be edited without changing more than the status
   */
  StatusWrite writeStatus(ResourceKey key, ObjectNode status, VolatileFields unimportant)
      throws IOException, ManifestRejected;

  /** As above, where every field matters. */
  default StatusWrite writeStatus(ResourceKey key, ObjectNode status)
      throws IOException, ManifestRejected {
    return writeStatus(key, status, VolatileFields.NONE);
  }

  /** What a text of one document says; nothing is written. */
  Manifest read(String document) throws ManifestRejected;

  /**
   * Puts the document's own text in place of the document with its key, keeping that one's status,
   * or into a new file {@code <kind>-<name>.yaml}. What was written is accepted at once: the next
   * scan has it.
   */
  Written apply(String document) throws IOException, ManifestRejected;

  /**
   * Changes fields of a document by a JSON merge patch (RFC 7386) and leaves the rest of the text
   * as it is. Accepted at once.
   *
   * @param patch may touch {@code spec}, and of {@code metadata} the labels and annotations
   * @param review asked before anything is written
   */
  Written patch(ResourceKey key, ObjectNode patch, Review review)
      throws IOException, ManifestRejected;

  /** As above, for whoever has nothing against a document that is good in itself. */
  default Written patch(ResourceKey key, ObjectNode patch) throws IOException, ManifestRejected {
    return patch(key, patch, Review.NONE);
  }

  /** What else must be right with an edited document. It must not call this source. */
  @FunctionalInterface
  interface Review {
    Review NONE = _ -> List.of();

    /** What is wrong with it; then it is not written. */
    List<Problem> problems(Manifest edited);
  }

  /** The newest text of a resource's document, accepted or not; empty when no file has one. */
  Optional<Document> document(ResourceKey key) throws IOException, ManifestRejected;

  /**
   * As {@link #apply}, but only while the document is what the caller has read.
   *
   * @param expected as {@link #document} gave it
   * @return empty when somebody has changed it since; then nothing was written
   */
  Optional<Written> replace(ResourceKey key, String expected, String document)
      throws IOException, ManifestRejected;

  /** Removes the document; the file too when it was the last. Accepted at once. */
  Written delete(ResourceKey key) throws IOException, ManifestRejected;

  /**
   * A document as people edit it.
   *
   * @param text its own text without its status
   */
  record Document(Path file, String text) {}

  /** What became of a status. */
  enum StatusWrite {
    WRITTEN,
    EQUAL,
    /** The file changed meanwhile, or there is no such document: scan and try again. */
    DROPPED
  }

  /** What was written where. */
  record Written(ResourceKey key, Path file, Change change) {}

  /** What a write did to the document. */
  enum Change {
    CREATED,
    CONFIGURED,
    UNCHANGED,
    DELETED
  }
}
