package dev.pglet.manifest.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class TestFilterProcess {
  private static final String MANIFEST = "apiVersion: pglet.dev/v1alpha1\nkind: Branch\n";
  private static final String GREETING =
      packet("git-filter-client\n")
          + packet("version=2\n")
          + "0000"
          + packet("capability=clean\n")
          + packet("capability=smudge\n")
          + packet("capability=delay\n")
          + "0000";
  private static final String ANSWERED =
      packet("git-filter-server\n")
          + packet("version=2\n")
          + "0000"
          + packet("capability=clean\n")
          + packet("capability=smudge\n")
          + "0000";

  private static String packet(String content) {
    return "%04x%s".formatted(content.getBytes(StandardCharsets.ISO_8859_1).length + 4, content);
  }

  private static String request(String command, String... content) {
    StringBuilder request =
        new StringBuilder(packet("command=" + command + "\n"))
            .append(packet("pathname=a b/\u00c3\u00bc.yaml\n"))
            .append("0000");
    for (String part : content) {
      request.append(packet(part));
    }
    return request.append("0000").toString();
  }

  private static String success(String... content) {
    StringBuilder answer = new StringBuilder(packet("status=success\n")).append("0000");
    for (String part : content) {
      answer.append(packet(part));
    }
    return answer.append("0000").append("0000").toString();
  }

  private static String serve(String input) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    FilterProcess.serve(new ByteArrayInputStream(input.getBytes(StandardCharsets.ISO_8859_1)), out);
    return out.toString(StandardCharsets.ISO_8859_1);
  }

  @Test
  void oneProcessAnswersForManyFiles() throws IOException {
    String written = MANIFEST + "status:\n  phase: Running\n";

    assertThat(
            serve(
                GREETING
                    + request("clean", written)
                    + request("smudge", MANIFEST)
                    + request("clean", MANIFEST.substring(0, 9), MANIFEST.substring(9))
                    + request("clean")
                    + request("smudge", written)))
        .isEqualTo(
            ANSWERED
                + success(MANIFEST)
                + success(MANIFEST)
                + success(MANIFEST)
                + success()
                + success(written));
  }

  @Test
  void bytesThatAreNoTextComeBackUnchanged() throws IOException {
    String bytes = MANIFEST + "\u0000\u00ff\u00fe status: 1\n";

    assertThat(serve(GREETING + request("clean", bytes))).isEqualTo(ANSWERED + success(bytes));
  }

  @Test
  void contentOfManyPacketsComesBackInPacketsThatGitAllows() throws IOException {
    String full = "x".repeat(65516);

    assertThat(serve(GREETING + request("clean", full, full, "y")))
        .isEqualTo(ANSWERED + success(full, full, "y"));
  }

  @Test
  void aFileTooLargeForAManifestIsLeftToGit() throws IOException {
    String[] large = new String[17];
    java.util.Arrays.fill(large, "x".repeat(65516));

    assertThat(serve(GREETING + request("clean", large) + request("clean", MANIFEST)))
        .isEqualTo(ANSWERED + packet("status=error\n") + "0000" + success(MANIFEST));
  }

  @Test
  void anUnknownCommandIsRefusedAndTheNextOneAnswered() throws IOException {
    assertThat(serve(GREETING + request("sing", "la") + request("clean", MANIFEST)))
        .isEqualTo(ANSWERED + packet("status=error\n") + "0000" + success(MANIFEST));
  }

  @Test
  void nothingAtAllIsNoError() throws IOException {
    assertThat(serve("")).isEmpty();
  }

  @Test
  void anotherProtocolIsNamed() {
    assertThatThrownBy(() -> serve(packet("git-filter-client\n") + packet("version=3\n") + "0000"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version 2")
        .hasMessageContaining("version=3");
    assertThatThrownBy(() -> serve("hello"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("\"hell\"");
  }

  @Test
  void aBrokenStreamIsAnError() {
    assertThatThrownBy(() -> serve(GREETING + packet("command=clean\n") + "0010pathn"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("in the middle");
  }
}
