package dev.pglet.cli.edit;

import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * A text in a file that only its user can read, for an editor. Messages stand above it in lines
 * that are taken off again when it is read. Gone with its directory when closed, unless kept: by
 * whoever asks for it, and when it cannot be read or written any more.
 */
final class PrivateCopy implements AutoCloseable {
  private static final String MESSAGE = "#pglet# ";

  private final Path directory;
  private final Path file;
  private boolean kept;

  private PrivateCopy(Path directory, Path file) {
    this.directory = directory;
    this.file = file;
  }

  static PrivateCopy of(String name, String text) throws ReconcileException {
    try {
      Path directory =
          Files.createTempDirectory(
              "pglet-edit-",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Path file = directory.resolve(name + ".yaml");
      Files.writeString(file, text);
      return new PrivateCopy(directory, file);
    } catch (IOException e) {
      throw failure("writing a copy to edit", e);
    }
  }

  Path file() {
    return file;
  }

  /** What the user has saved, without the messages. */
  String read() throws ReconcileException {
    try {
      String text = Files.readString(file);
      while (text.startsWith(MESSAGE) || text.startsWith(MESSAGE.strip())) {
        int end = text.indexOf('\n');
        text = end < 0 ? "" : text.substring(end + 1);
      }
      return text;
    } catch (CharacterCodingException e) {
      throw new Refused(
          "NotUtf8",
          file + " was saved in another encoding than UTF-8",
          "It is kept there; save it as UTF-8 and run: pglet apply -f " + keep(),
          e);
    } catch (IOException e) {
      throw failure("reading " + keep() + ", which is kept", e);
    }
  }

  /**
   * Puts messages above the text.
   *
   * @param messages those that begin with {@code line:} and a number count the lines of the text
   */
  void reopen(List<String> messages, String text) throws ReconcileException {
    List<String> lines = new ArrayList<>();
    lines.add("This was not accepted, and nothing was changed. Correct it, or leave it as it is");
    lines.add("to give up. These lines are taken off.");
    int above = lines.size() + messages.size();
    messages.forEach(message -> lines.add(moved(message, above)));
    StringBuilder out = new StringBuilder();
    lines.forEach(line -> out.append(MESSAGE).append(line).append('\n'));
    Path beside = directory.resolve("with-messages");
    try {
      Files.writeString(beside, out + text);
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw failure("writing what is wrong with it above your text, which is kept in " + keep(), e);
    }
  }

  /** {@code line:7:3: message} counts from the first line of the file, messages included. */
  private static String moved(String message, int above) {
    String[] parts = message.split(":", 3);
    if (parts.length < 3 || !parts[0].equals("line") || !parts[1].matches("[0-9]{1,9}")) {
      return message;
    }
    return "line %d:%s".formatted(Integer.parseInt(parts[1]) + above, parts[2]);
  }

  /** The text stays, in the place that this names. */
  Path keep() {
    kept = true;
    return file;
  }

  @Override
  public void close() throws ReconcileException {
    if (kept) {
      return;
    }
    try (var entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        Files.delete(entry); // an editor may have left a backup
      }
    } catch (IOException e) {
      throw failure("removing " + directory, e);
    }
    try {
      Files.delete(directory);
    } catch (IOException e) {
      throw failure("removing " + directory, e);
    }
  }

  private static HostUnavailable failure(String what, IOException e) {
    return new HostUnavailable(
        "CopyFailed", what + ": " + e, "Give the temporary directory room and rights", e);
  }
}
