package dev.pglet.cli.verb;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Session;
import dev.pglet.cli.UsageError;
import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.ManifestFiles;
import dev.pglet.manifest.ManifestReader;
import dev.pglet.manifest.Problem;
import dev.pglet.manifest.edit.StatusRemoval;
import dev.pglet.manifest.parse.Place;
import dev.pglet.manifest.parse.Utf8Text;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.SpecRules;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the manifests that a command line names: files, directories, or {@code -}. */
final class ManifestArguments {
  private static final Path STANDARD_INPUT = Path.of("standard input");

  private ManifestArguments() {}

  /** All documents, and all that is wrong with any of them. */
  record Read(List<Manifest> manifests, List<Problem> problems, int files) {}

  static Read read(List<String> arguments, Session session) {
    ManifestReader reader = new ManifestReader(session.kinds());
    List<Manifest> manifests = new ArrayList<>();
    List<Problem> problems = new ArrayList<>();
    int files = 0;
    for (String argument : arguments) {
      try {
        if (argument.equals("-")) {
          add(
              reader.read(STANDARD_INPUT, session.in().readNBytes(Utf8Text.MAX_BYTES + 1)),
              manifests,
              problems);
          files++;
          continue;
        }
        ManifestFiles listed = files(Path.of(argument));
        problems.addAll(listed.problems());
        for (Path file : listed.files()) {
          add(reader.readFile(file), manifests, problems);
          files++;
        }
      } catch (IOException e) {
        problems.add(new Problem(Path.of(argument), 0, 0, "", "cannot be read: " + e.getMessage()));
      }
    }
    return new Read(manifests, problems, files);
  }

  /** One document of a file; what is wrong with the file only when it has no good one. */
  static Read readOne(Path file, ResourceKey key, Session session) {
    Read read = read(List.of(file.toString()), session);
    List<Manifest> found =
        read.manifests().stream().filter(manifest -> manifest.key().equals(key)).toList();
    return new Read(found, found.isEmpty() ? read.problems() : List.of(), 1);
  }

  /**
   * What is wrong with documents that are about to be applied. A spec that cannot be put together
   * here may be with what the daemon has: it says.
   */
  static List<Problem> problems(Read read, Session session) throws ReconcileException {
    List<Problem> problems = new ArrayList<>(read.problems());
    problems.addAll(refusals(WholeSpecs.of(read.manifests(), session).manifests(), session));
    return problems;
  }

  /** What the kinds have against the whole specs, beyond what reading the documents has shown. */
  static List<Problem> refusals(List<Manifest> manifests, Session session)
      throws ReconcileException {
    List<Problem> problems = new ArrayList<>();
    Map<String, Manifest> claimed = new HashMap<>();
    for (Manifest manifest : manifests) {
      SpecRules rules = session.local().rules(manifest.key().kind());
      for (InvalidSpec invalid : rules.check(manifest.resource())) {
        problems.add(manifest.problem(invalid.field(), invalid.explain()));
      }
      for (Map.Entry<String, String> claim : rules.claims(manifest.resource()).entrySet()) {
        Manifest other = claimed.putIfAbsent(claim.getValue(), manifest);
        if (other != null && !other.key().equals(manifest.key())) {
          problems.add(twice(claim, manifest, other));
        }
      }
    }
    return problems;
  }

  private static Problem twice(Map.Entry<String, String> claim, Manifest manifest, Manifest other) {
    Problem first = other.problem(claim.getKey(), "");
    return manifest.problem(
        claim.getKey(),
        "%s wants %s too, at %s:%d:%d; give one of them another"
            .formatted(other.key(), claim.getValue(), first.file(), first.line(), first.column()));
  }

  private static void add(
      ManifestReader.Content content, List<Manifest> manifests, List<Problem> problems) {
    manifests.addAll(content.manifests());
    problems.addAll(content.problems());
  }

  /** Every status in the files of a command line, each as a problem. */
  static List<Problem> statuses(List<String> arguments) {
    List<Problem> problems = new ArrayList<>();
    for (String argument : arguments) {
      try {
        for (Path file : files(Path.of(argument)).files()) {
          for (Place place : StatusRemoval.places(Files.readString(file))) {
            problems.add(
                new Problem(
                    file,
                    place.line(),
                    place.column(),
                    "status",
                    "is written by pglet and belongs into no commit; run: pglet git setup, then"
                        + " git add --renormalize this file"));
          }
        }
      } catch (CharacterCodingException e) {
        // No text, and reported as that already.
      } catch (IOException e) {
        problems.add(new Problem(Path.of(argument), 0, 0, "", "cannot be read: " + e.getMessage()));
      }
    }
    return problems;
  }

  private static ManifestFiles files(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new UsageError(path + " does not exist");
    }
    return Files.isDirectory(path)
        ? ManifestFiles.below(path)
        : new ManifestFiles(List.of(path), List.of());
  }
}
