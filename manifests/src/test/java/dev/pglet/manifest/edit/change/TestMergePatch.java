package dev.pglet.manifest.edit.change;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

final class TestMergePatch {
  private static ObjectNode tree(String json) throws JsonProcessingException {
    return (ObjectNode) new JsonMapper().readTree(json.replace('\'', '"'));
  }

  private static String between(String from, String to) throws JsonProcessingException {
    ObjectNode patch = MergePatch.between(tree(from), tree(to));
    assertThat(MergePatch.apply(tree(from), patch))
        .as("%s, made of %s by %s", to, from, patch)
        .isEqualTo(MergePatch.apply(tree("{}"), tree(to)));
    return patch.toString().replace('"', '\'');
  }

  @Test
  void aPatchBetweenTwoTreesHoldsWhatDiffersAlone() throws Exception {
    assertThat(between("{'a':1,'b':{'c':'x','d':true}}", "{'a':1,'b':{'c':'y','d':true}}"))
        .isEqualTo("{'b':{'c':'y'}}");
    assertThat(between("{'a':1,'b':{'c':2}}", "{'a':1}")).isEqualTo("{'b':null}");
    assertThat(between("{}", "{'b':{'c':[1,2]}}")).isEqualTo("{'b':{'c':[1,2]}}");
    assertThat(between("{'a':[1,2]}", "{'a':[2]}")).as("a list is one value").contains("[2]");
    assertThat(between("{'a':{'b':1}}", "{'a':7}")).isEqualTo("{'a':7}");
    assertThat(between("{'a':7}", "{'a':{'b':1}}")).isEqualTo("{'a':{'b':1}}");
  }

  @Test
  void whatIsNullIsNotThere() throws Exception {
    assertThat(between("{'a':1}", "{'a':null}")).isEqualTo("{'a':null}");
    assertThat(between("{}", "{'a':null}")).isEqualTo("{}");
  }

  @Test
  void equalNumbersAreNoDifferenceAndTextIsNoNumber() throws Exception {
    assertThat(MergePatch.between(tree("{'a':1}"), tree("{'a':1.0}"))).isEmpty();
    assertThat(between("{'a':1}", "{'a':'1'}")).isEqualTo("{'a':'1'}");
  }
}
