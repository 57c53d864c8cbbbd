package dev.pglet.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TestLoopback {
  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.0.0.2", "127.255.255.255", "::1", "localhost"})
  void acceptsWhatReachesOnlyThisHost(String address) {
    assertThat(Loopback.is(address)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*",
        "0.0.0.0",
        "::",
        "10.0.0.1",
        "127.0.0",
        "127.0.0.256",
        "127.0.0.1.example.org",
        "127.0.0.1,0.0.0.0",
        "127.0.0.1 ",
        "localhost.example.org",
        "::ffff:127.0.0.1"
      })
  void refusesEverythingElse(String address) {
    assertThat(Loopback.is(address)).isFalse();
  }
}
