package dev.pglet.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is shown of texts with secrets in them. */
final class TestMasking {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "AWS_SECRET_ACCESS_KEY=abc wal-g push, AWS_SECRET_ACCESS_KEY=******** wal-g push",
        "PGPASSWORD=\"my secret\" cmd x, PGPASSWORD=******** cmd x",
        "host=h password='a b' user=u, host=h password=******** user=u",
        "postgres://u:pw@h/db, postgres://u:********@h/db",
        "api_key = k1 next, api_key = ******** next",
        "alter role a password 'x''y' login, alter role a password ******** login",
        "archive_command = 'cp %p /a', archive_command = 'cp %p /a'"
      })
  void onlyTheSecretIsLeftOut(String text, String shown) {
    assertThat(Masking.inside(text)).isEqualTo(shown);
  }
}
