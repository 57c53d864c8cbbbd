package dev.pglet.cli.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.api.Test;

class TestJsonPathTemplate {
  private static String render(String template) throws Exception {
    JsonNode root =
        new JsonMapper()
            .readTree("{\"items\":[{\"name\":\"a\",\"port\":1},{\"name\":\"b\",\"port\":2}]}");
    return JsonPathTemplate.parse(template).render(root);
  }

  @Test
  void rendersPathsBetweenText() throws Exception {
    assertThat(render("port={.items[0].port};")).isEqualTo("port=1;");
    assertThat(render(".items[1].name")).isEqualTo("b");
    assertThat(render("{.items[*].name}")).isEqualTo("a b");
    assertThat(render("{.nothing}")).isEmpty();
  }

  @Test
  void repeatsARangeAndUnderstandsEscapes() throws Exception {
    assertThat(render("{range .items[*]}{.name}:{.port}{\"\\n\"}{end}!")).isEqualTo("a:1\nb:2\n!");
  }

  @Test
  void printsObjectsAsJson() throws Exception {
    assertThat(render("{.items[0]}")).isEqualTo("{\"name\":\"a\",\"port\":1}");
  }

  @Test
  void saysWhatIsWrong() {
    assertThatThrownBy(() -> JsonPathTemplate.parse("{.a")).hasMessageContaining("not closed");
    assertThatThrownBy(() -> JsonPathTemplate.parse("{end}")).hasMessageContaining("without");
    assertThatThrownBy(() -> JsonPathTemplate.parse("{range .a[*]}x"))
        .hasMessageContaining("has no {end}");
    assertThatThrownBy(() -> OutputFormat.parse("xml")).hasMessageContaining("no output format");
  }
}
