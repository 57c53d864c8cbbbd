package dev.pglet.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

class TestJsonPath {
  private static final String OBJECT =
      """
      {"a": {"b": 5, "c.d": "dotted"},
       "list": [{"n": "x", "v": 1}, {"n": "y", "v": 2}, {"n": "]", "v": 3}],
       "none": null}
      """;

  private static List<String> find(String path) throws JsonProcessingException {
    JsonNode root = new JsonMapper().readTree(OBJECT);
    return JsonPath.parse(path).find(root).stream().map(JsonNode::asText).toList();
  }

  @Test
  void readsFieldsIndexesAndWildcards() throws Exception {
    assertThat(find(".a.b")).containsExactly("5");
    assertThat(find("a.b")).containsExactly("5");
    assertThat(find("$.a['c.d']")).containsExactly("dotted");
    assertThat(find(".list[0].n")).containsExactly("x");
    assertThat(find(".list[-1].v")).containsExactly("3");
    assertThat(find(".list[*].v")).containsExactly("1", "2", "3");
    assertThat(find(".a.*")).containsExactly("5", "dotted");
  }

  @Test
  void filtersByEqualityAlsoWithBracketsInQuotes() throws Exception {
    assertThat(find(".list[?(@.n==\"y\")].v")).containsExactly("2");
    assertThat(find(".list[?(@.n=='y')].v")).containsExactly("2");
    assertThat(find(".list[?(@.n!=\"y\")].v")).containsExactly("1", "3");
    assertThat(find(".list[?(@.n==\"]\")].v")).containsExactly("3");
  }

  @Test
  void whatIsNotThereIsNothing() throws Exception {
    assertThat(find(".a.x.y")).isEmpty();
    assertThat(find(".none")).isEmpty();
    assertThat(find(".list[7]")).isEmpty();
    assertThat(find(".list[-7]")).isEmpty();
  }

  @Test
  void saysWhatIsNotUnderstood() {
    assertThatThrownBy(() -> JsonPath.parse(".a[b]")).hasMessageContaining("[b] is not understood");
    assertThatThrownBy(() -> JsonPath.parse(".a[0")).hasMessageContaining("is not closed");
    assertThatThrownBy(() -> JsonPath.parse(".a..b")).hasMessageContaining("a name is missing");
    assertThatThrownBy(() -> JsonPath.parse(".a[?(@.b>1)]"))
        .hasMessageContaining("is not understood");
  }
}
