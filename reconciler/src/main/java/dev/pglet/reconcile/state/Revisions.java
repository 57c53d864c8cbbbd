package dev.pglet.reconcile.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.Revision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The specs that were accepted for each uid, for people: nothing is ever decided by them.
 * Thread-safe.
 */
public final class Revisions {
  private static final String SUFFIX = ".json";

  private final Path directory;
  private final Function<Path, VersionedFile> files;

  Revisions(Path directory, Function<Path, VersionedFile> files) {
    this.directory = directory;
    this.files = files;
  }

  /** Oldest first; empty when none is remembered. */
  public synchronized List<Revision> read(String uid) throws Refused, HostUnavailable {
    VersionedFile file = file(uid);
    Optional<ObjectNode> content = file.read();
    if (content.isEmpty()) {
      return List.of();
    }
    try {
      List<Revision> revisions = new ArrayList<>();
      for (JsonNode node : content.get().required("revisions")) {
        revisions.add(
            new Revision(
                node.required("number").longValue(),
                Instant.parse(InventoryJson.text(node, "accepted")),
                InventoryJson.text(node, "file"),
                InventoryJson.text(node, "specHash"),
                InventoryJson.text(node, "document")));
      }
      return revisions;
    } catch (RuntimeException e) {
      file.setAside(e.toString());
      return List.of();
    }
  }

  /**
   * Adds a revision, unless it is the newest already, as after a crash before anything else was
   * written.
   *
   * @param before the one before it, which may be missing
   * @param kept how many stay; the oldest go
   */
  public synchronized void add(String uid, Optional<Revision> before, Revision revision, int kept)
      throws Refused, HostUnavailable {
    List<Revision> revisions = new ArrayList<>(read(uid));
    long newest = revisions.isEmpty() ? 0 : revisions.getLast().number();
    before.filter(one -> one.number() > newest).ifPresent(revisions::add);
    boolean known =
        !revisions.isEmpty()
            && revisions.getLast().number() == revision.number()
            && revisions.getLast().specHash().equals(revision.specHash());
    if (known) {
      return;
    }
    revisions.add(revision);
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    for (Revision each :
        revisions.subList(Math.max(0, revisions.size() - kept), revisions.size())) {
      list.addObject()
          .put("number", each.number())
          .put("accepted", each.accepted().toString())
          .put("file", each.file())
          .put("specHash", each.specHash())
          .put("document", each.document());
    }
    ObjectNode content = JsonNodeFactory.instance.objectNode();
    content.set("revisions", list);
    try {
      file(uid).write(content);
    } catch (IOException e) {
      throw new HostUnavailable(
          "StateUnwritable",
          "writing the revisions in %s: %s".formatted(directory, e),
          "Free some space, or make the state directory writable; what was accepted is in force, and only its history lacks it",
          e);
    }
  }

  public synchronized void forget(String uid) throws IOException {
    file(uid).delete();
  }

  /**
   * Removes those of other uids. A revision is written before the inventory has its uid, and
   * removed after it: a crash between the two leaves a file that nobody asks for any more.
   */
  synchronized void keepOnly(Set<String> uids) throws IOException {
    List<Path> left;
    try (Stream<Path> files = Files.list(directory)) {
      left =
          files
              .filter(file -> file.toString().endsWith(SUFFIX))
              .filter(file -> !uids.contains(uid(file)))
              .toList();
    }
    for (Path file : left) {
      forget(uid(file));
    }
  }

  private static String uid(Path file) {
    String name = file.getFileName().toString();
    return name.substring(0, name.length() - SUFFIX.length());
  }

  private VersionedFile file(String uid) {
    return files.apply(directory.resolve(uid + SUFFIX));
  }
}
