package dev.pglet.instance.role;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.v1alpha1.SecretReference;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.instance.role.SecretFiles.Read;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestSecretFiles {
  @TempDir Path directory;

  @Test
  void readsTheOneLineOfAFileAsItIs() throws IOException {
    assertThat(file("one", " it's: #1\\ \n")).isEqualTo(new Read.Found(" it's: #1\\ "));
  }

  @Test
  void readsAKeyOfAFileOfSecretsAsItIsWritten() throws IOException {
    write("shop.yaml", "reader: 0123\nwriter: 'on: \"x\"'\nnested: {a: b}\n");
    write("other.properties", "reader=p\\u00e4ss\n");

    assertThat(key("shop", "reader")).isEqualTo(new Read.Found("0123"));
    assertThat(key("shop", "writer")).isEqualTo(new Read.Found("on: \"x\""));
    assertThat(key("other", "reader")).isEqualTo(new Read.Found("päss"));
    assertThat(problem(key("shop", "gone")).message()).endsWith("shop.yaml has no key gone");
    assertThat(problem(key("shop", "nested")).reason()).isEqualTo("SecretMalformed");
    assertThat(problem(key("nowhere", "a")).reason()).isEqualTo("SecretMissing");
  }

  @Test
  void refusesASecretThatIsThereTwice() throws IOException {
    write("shop.yaml", "a: b\n");
    write("shop.properties", "a=b\n");

    assertThat(problem(key("shop", "a")).reason()).isEqualTo("SecretTwice");
  }

  @Test
  void namesTheCommandForAFileThatOthersCanRead() throws IOException {
    Path file = write("open", "secret\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

    Read.Problem problem = problem(read(new SecretReference(file.toString(), null, null)));

    assertThat(problem.reason()).isEqualTo("SecretExposed");
    assertThat(problem.message()).contains("mode 640").doesNotContain("secret\n");
    assertThat(problem.remedy()).isEqualTo("Run: chmod 600 " + file);
  }

  @Test
  void namesTheCommandForAFileThatIsMissing() {
    Path file = directory.resolve("gone");

    assertThat(problem(read(new SecretReference(file.toString(), null, null))).remedy())
        .isEqualTo("Make it: install -m 600 /dev/stdin " + file);
  }

  @Test
  void takesAnEmptyFileForNoPassword() throws IOException {
    assertThat(problem(file("none", "\n")).reason()).isEqualTo("SecretEmpty");
    assertThat(problem(file("none", "")).reason()).isEqualTo("SecretEmpty");
  }

  @Test
  void refusesWhatIsNoPassword() throws IOException {
    assertThat(problem(file("two", "a\nb\n")).reason()).isEqualTo("SecretMalformed");
    Path link = Files.createSymbolicLink(directory.resolve("link"), write("aim", "x"));
    assertThat(problem(read(new SecretReference(link.toString(), null, null))).reason())
        .isEqualTo("SecretUnreadable");
    assertThat(problem(read(new SecretReference(directory.toString(), null, null))).reason())
        .isEqualTo("SecretUnreadable");
  }

  @Test
  void quotesNoLineOfAFileThatItCannotRead() throws IOException {
    write("bad.yaml", "reader: [hunter2\n");

    assertThat(key("bad", "reader").toString()).doesNotContain("hunter2");
    assertThat(new Read.Found("hunter2").toString()).doesNotContain("hunter2");
  }

  @Test
  void rotationAndForeignPasswordsAreSeenByHashesAlone() throws Exception {
    Path file = directory.resolve("passwords");
    AppliedPasswords.NONE.with("reader", "hunter2", "SCRAM-SHA-256$v").write(file);
    AppliedPasswords applied = AppliedPasswords.read(file);
    String verifier = applied.hash("SCRAM-SHA-256$v");

    assertThat(applied.inForce("reader", "hunter2", verifier)).isTrue();
    assertThat(applied.inForce("reader", "hunter3", verifier)).isFalse();
    assertThat(applied.inForce("reader", "hunter2", applied.hash("SCRAM-SHA-256$w"))).isFalse();
    assertThat(applied.inForce("writer", "hunter2", verifier)).isFalse();
    assertThat(file).content().doesNotContain("hunter2", "SCRAM");
    assertThat(AppliedPasswords.NONE.with("reader", "hunter2", "x").hash("hunter2"))
        .isNotEqualTo(applied.hash("hunter2"));
    assertThat(AppliedPasswords.read(directory.resolve("gone")).inForce("reader", "", ""))
        .isFalse();
  }

  private Path write(String name, String text) throws IOException {
    Path file = Files.writeString(directory.resolve(name), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private Read file(String name, String text) throws IOException {
    return read(new SecretReference(write(name, text).toString(), null, null));
  }

  private Read key(String secret, String key) {
    return read(new SecretReference(null, secret, key));
  }

  private Read read(SecretReference reference) {
    return new SecretFiles(directory, me()).read(reference);
  }

  private ServerAccount me() {
    try {
      int uid = (Integer) Files.getAttribute(directory, "unix:uid");
      return new ServerAccount("me", uid, uid, false);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Read.Problem problem(Read read) {
    assertThat(read).isInstanceOf(Read.Problem.class);
    return (Read.Problem) read;
  }
}
