package dev.pglet.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.HostUnavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestPassfiles {
  @TempDir Path secrets;
  private Passfiles passfiles;

  @BeforeEach
  void open() {
    passfiles = new Passfiles(secrets);
  }

  @Test
  void aProposedPasswordIsNotInForceYet() throws HostUnavailable {
    passfiles.propose(TestingServer.KEY, "app");

    assertThat(passfiles.has(TestingServer.KEY, "app")).isFalse();
    assertThat(passfiles.file(TestingServer.KEY)).doesNotExist();
  }

  @Test
  void proposesTheSamePasswordAgainAfterACrash() throws HostUnavailable {
    String first = passfiles.propose(TestingServer.KEY, "app");

    assertThat(new Passfiles(secrets).propose(TestingServer.KEY, "app")).isEqualTo(first);
  }

  @Test
  void writesAPgpassFileThatOnlyItsOwnerCanRead() throws HostUnavailable, IOException {
    String password = passfiles.propose(TestingServer.KEY, "app");
    passfiles.accept(TestingServer.KEY);

    Path file = passfiles.file(TestingServer.KEY);
    assertThat(Files.readString(file)).isEqualTo("*:*:*:app:" + password + "\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
        .isEqualTo("rwx------");
    assertThat(passfiles.has(TestingServer.KEY, "app")).isTrue();
  }

  @Test
  void makesPasswordsThatAreLongNeverTheSameAndSafeInAPgpassFile() throws HostUnavailable {
    String first = passfiles.propose(TestingServer.KEY, "app");
    passfiles.accept(TestingServer.KEY);
    String second = passfiles.propose(TestingServer.KEY, "app");

    assertThat(first).hasSizeGreaterThanOrEqualTo(32).matches("[A-Za-z0-9_-]+");
    assertThat(second).isNotEqualTo(first);
  }

  @Test
  void asksForAnotherPasswordWhenTheOwnerBecomesAnotherRole() throws HostUnavailable {
    passfiles.propose(TestingServer.KEY, "app");
    passfiles.accept(TestingServer.KEY);

    assertThat(passfiles.has(TestingServer.KEY, "ap")).isFalse();
    assertThat(passfiles.has(TestingServer.KEY, "other")).isFalse();
  }

  @Test
  void acceptingTwiceChangesNothing() throws HostUnavailable, IOException {
    passfiles.propose(TestingServer.KEY, "app");
    passfiles.accept(TestingServer.KEY);
    String text = Files.readString(passfiles.file(TestingServer.KEY));

    passfiles.accept(TestingServer.KEY);

    assertThat(passfiles.file(TestingServer.KEY)).hasContent(text);
  }

  @Test
  void removesEverythingOfOneResourceAndNothingOfAnother() throws HostUnavailable {
    ResourceKey other = ResourceKey.of("Branch", "orders");
    passfiles.propose(TestingServer.KEY, "app");
    passfiles.accept(TestingServer.KEY);
    passfiles.propose(TestingServer.KEY, "app");
    passfiles.propose(other, "app");
    passfiles.accept(other);

    passfiles.remove(TestingServer.KEY);
    passfiles.remove(TestingServer.KEY);

    assertThat(passfiles.file(TestingServer.KEY).getParent()).doesNotExist();
    assertThat(passfiles.has(other, "app")).isTrue();
  }

  @Test
  void keepsThePasswordsOfOtherRoles() throws HostUnavailable, IOException {
    String app = passfiles.propose(TestingServer.KEY, "app");
    passfiles.accept(TestingServer.KEY);
    String reader = passfiles.propose(TestingServer.KEY, "reader");
    passfiles.accept(TestingServer.KEY);
    passfiles.put(TestingServer.KEY, "given", "a:b\\c");

    assertThat(passfiles.passwords(TestingServer.KEY))
        .isEqualTo(Map.of("app", app, "reader", reader, "given", "a:b\\c"));
    assertThat(passfiles.file(TestingServer.KEY)).content().contains("*:*:*:given:a\\:b\\\\c\n");
  }
}
