package dev.pglet.manifest.git;

import dev.pglet.manifest.edit.StatusRemoval;
import dev.pglet.manifest.parse.Utf8Text;
import dev.pglet.manifest.parse.YamlRejected;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A long-running filter of git, as gitattributes(5) describes it: one process for all files of one
 * git command. {@code clean}, on the way into git, removes statuses; {@code smudge}, on the way
 * out, changes nothing, because the daemon knows the status better than any commit could.
 */
public final class FilterProcess {
  private FilterProcess() {}

  /**
   * Answers until git closes the stream.
   *
   * @throws IOException when git breaks off, or speaks another protocol
   */
  public static void serve(InputStream in, OutputStream out) throws IOException {
    PacketLines lines =
        new PacketLines(new BufferedInputStream(in, 1 << 16), new BufferedOutputStream(out));
    if (!greeted(lines)) {
      return;
    }
    for (Optional<List<String>> request = lines.readTexts();
        request.isPresent();
        request = lines.readTexts()) {
      answer(request.get(), lines);
    }
  }

  /** What git keeps of a file. */
  public static byte[] clean(byte[] content) {
    try {
      String text = Utf8Text.decode(content);
      String cleaned = StatusRemoval.of(text);
      // The very bytes where nothing is removed.
      return cleaned.equals(text) ? content : cleaned.getBytes(StandardCharsets.UTF_8);
    } catch (YamlRejected e) {
      return content;
    }
  }

  private static boolean greeted(PacketLines lines) throws IOException {
    Optional<List<String>> greeting = lines.readTexts();
    if (greeting.isEmpty()) {
      return false;
    }
    if (!greeting.get().contains("git-filter-client") || !greeting.get().contains("version=2")) {
      throw new IOException(
          "this speaks version 2 of git's filter protocol, and git began with " + greeting.get());
    }
    lines.writeTexts("git-filter-server", "version=2");
    lines.flush();
    Optional<List<String>> capabilities = lines.readTexts();
    if (capabilities.isEmpty()) {
      return false;
    }
    lines.writeTexts(
        List.of("capability=clean", "capability=smudge").stream()
            .filter(capabilities.get()::contains)
            .toArray(String[]::new));
    lines.flush();
    return true;
  }

  private static void answer(List<String> request, PacketLines lines) throws IOException {
    byte[] content = lines.readContent(Utf8Text.MAX_BYTES);
    boolean clean = request.contains("command=clean");
    if (content == null || (!clean && !request.contains("command=smudge"))) {
      // Too large for a manifest. For git this means: as it is.
      lines.writeTexts("status=error");
    } else {
      lines.writeTexts("status=success");
      lines.writeContent(clean ? clean(content) : content);
      lines.writeTexts();
    }
    lines.flush();
  }
}
