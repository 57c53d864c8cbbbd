package dev.pglet.api.meta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TestJsonTree {
  private static byte[] bytes(String json) {
    return json.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "\"ä \\u0000 \\ud83d\\ude00\"",
        "{\"a\": {\"b\": [1, -2147483649, 12345678901234567890, 1.5, 1e300, true, false, null, [{}]]}}",
        "{\"twice\": 1, \"twice\": 2}",
      })
  void readsWhatAMapperReads(String json) throws IOException {
    assertThat(JsonTree.read(bytes(json))).isEqualTo(new ObjectMapper().readTree(bytes(json)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "[1,", "{\"a\"", "{\"a\": }", "]", "<html>", "[1 2]"})
  void whatIsNotJsonIsRefused(String text) {
    assertThatThrownBy(() -> JsonTree.read(bytes(text)))
        .isInstanceOf(JsonProcessingException.class);
  }

  @Test
  void aDeepNestingIsRefusedRatherThanOverflowingTheStack() {
    assertThatThrownBy(() -> JsonTree.read(bytes("[".repeat(100_000))))
        .isInstanceOf(JsonProcessingException.class);
  }
}
