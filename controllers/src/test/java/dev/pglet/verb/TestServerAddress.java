package dev.pglet.verb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TestServerAddress {
  @Test
  void readsWhatAStatusSaysAndWritesItAgain() {
    String uri = "postgresql://app@127.0.0.1:5433/app?passfile=/var/a%20b/pgpass&sslmode=require";
    ServerAddress address = ServerAddress.parse(uri);
    assertThat(address)
        .isEqualTo(
            new ServerAddress(
                "app",
                "127.0.0.1",
                5433,
                "app",
                Map.of("passfile", "/var/a b/pgpass", "sslmode", "require")));
    assertThat(address.uri()).isEqualTo(uri);
  }

  @Test
  void keepsOddNamesAndIpv6Whole() {
    ServerAddress odd =
        new ServerAddress("o@h:p", "::1", 1, "a/b?c=d&e f+%", Map.of("passfile", "/p"));
    assertThat(odd.uri()).startsWith("postgresql://o%40h%3Ap@[::1]:1/");
    assertThat(ServerAddress.parse(new ServerAddress("u", "::1", 1, "a?b&c +%", Map.of()).uri()))
        .isEqualTo(new ServerAddress("u", "::1", 1, "a?b&c +%", Map.of()));
  }

  @Test
  void refusesWhatIsNoUriOfAServer() {
    assertThatThrownBy(() -> ServerAddress.parse("http://localhost/"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPassfileIsReadAsLibpqReadsIt() {
    ServerAddress address = new ServerAddress("a:p", "h", 5, "d", Map.of());
    assertThat(
            Passfile.password(
                List.of("# h:5:d:a\\:p:comment", "h:6:d:a\\:p:port", "*:*:*:a\\:p:x\\:y\\\\z", "*"),
                address))
        .contains("x:y\\z");
    assertThat(Passfile.password(List.of("*:*:*:app:secret"), address)).isEmpty();
  }
}
