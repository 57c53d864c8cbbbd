package dev.pglet.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.api.v1alpha1.Template;
import dev.pglet.reconcile.InvalidSpec;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a template says of itself. */
final class TestTemplateController {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final TestingWorld world = new TestingWorld();
  private final TemplateController controller = new TemplateController();

  private Template template(String name, @Nullable String parent) {
    return world.add(new Template(), name, new Template.Spec(parent, Map.of()));
  }

  private void instance(String name, String template) {
    ObjectNode spec = JSON.createObjectNode().put("template", template);
    world.add(
        new PostgreSQLInstance(), name, JSON.convertValue(spec, PostgreSQLInstanceSpec.class));
  }

  @Test
  void whoUsesATemplateIsNamedAlsoWhenItIsByAnother() throws InvalidSpec {
    Template small = template("small", "staging");
    template("tiny", "small");
    instance("shop", "small");
    instance("blog", "tiny");
    instance("wiki", "staging");
    TemplateObserved observed = controller.observe(small, world);
    assertThat(controller.status(small, observed).usedBy()).containsExactly("blog", "shop");
    assertThat(controller.status(small, observed).chain()).containsExactly("small", "staging");
    assertThat(controller.plan(small, observed).isEmpty()).isTrue();
    assertThat(controller.available(small, observed)).isTrue();
    assertThat(controller.dependencies(small)).as("staging is built in").isEmpty();
  }

  @Test
  void aTemplateWhoseParentIsMissingSaysSoAndIsWokenByIt() {
    Template tiny = template("tiny", "small");
    TemplateObserved observed = controller.observe(tiny, world);
    assertThat(controller.available(tiny, observed)).isFalse();
    assertThat(controller.dependencies(tiny)).containsExactly(ResourceKey.of("Template", "small"));
    assertThatThrownBy(() -> controller.plan(tiny, observed))
        .isInstanceOf(InvalidSpec.class)
        .hasMessageContaining("there is no template small in this namespace");
  }

  @Test
  void aCircleIsNamedWhole() {
    Template one = template("one", "two");
    template("two", "one");
    TemplateObserved observed = controller.observe(one, world);
    assertThatThrownBy(() -> controller.plan(one, observed))
        .isInstanceOf(InvalidSpec.class)
        .hasMessageContaining("one → two → one");
  }
}
