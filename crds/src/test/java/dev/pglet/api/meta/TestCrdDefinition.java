package dev.pglet.api.meta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pglet.api.v1alpha1.Branch;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TestCrdDefinition {
  private static final CrdDefinition INSTANCE = CrdDefinition.of(PostgreSQLInstance.class, "v1");

  @Test
  void readsNamesSchemaAndColumnsFromTheYaml() {
    assertThat(INSTANCE.kind()).isEqualTo("PostgreSQLInstance");
    assertThat(INSTANCE.plural()).isEqualTo("postgresqlinstances");
    assertThat(INSTANCE.apiVersion()).isEqualTo("pglet.dev/v1alpha1");
    assertThat(INSTANCE.group()).isEqualTo("pglet.dev");
    assertThat(INSTANCE.version()).isEqualTo("v1alpha1");
    assertThat(INSTANCE.schema().at("/properties/spec/properties/version").isMissingNode())
        .isFalse();
    assertThat(INSTANCE.columns())
        .extracting(CrdDefinition.Column::name)
        .containsExactly("Phase", "Ready", "Version", "Port", "Connection", "Binaries", "Data");
  }

  @ParameterizedTest
  @ValueSource(classes = {PostgreSQLInstance.class, Branch.class})
  void theJsonThatTheBuildMakesSaysWhatTheYamlSays(Class<? extends CustomResource<?, ?>> type)
      throws IOException {
    assertThat(type.getResource(type.getSimpleName() + CrdDefinition.JSON)).isNotNull();
    assertThat(CrdDefinition.of(type)).isEqualTo(CrdDefinition.ofYaml(type));
  }

  @Test
  void isCalledByEveryNameThatItHasInAnyCase() {
    assertThat(
            List.of("pgi", "pg", "PostgreSQLInstance", "postgresqlinstances", "POSTGRESQLINSTANCE"))
        .allMatch(INSTANCE::isCalled);
    assertThat(INSTANCE.isCalled("branch")).isFalse();
  }

  @Test
  void acceptsItsAliasOfTheApiVersionAndNoOther() {
    assertThat(INSTANCE.acceptsApiVersion("pglet.dev/v1alpha1")).isTrue();
    assertThat(INSTANCE.acceptsApiVersion("v1")).isTrue();
    assertThat(CrdDefinition.of(Branch.class).acceptsApiVersion("v1")).isFalse();
  }

  @Test
  void registryRefusesOneKindTwice() {
    assertThatThrownBy(() -> new KindRegistry(List.of(INSTANCE, INSTANCE)))
        .hasMessageContaining("PostgreSQLInstance is defined twice");
  }

  @Test
  void keysPrintAsAUserTypesThem() {
    assertThat(ResourceKey.of("Branch", "pr-42")).hasToString("branch/pr-42");
    assertThat(new ResourceKey("Branch", "qa", "pr-42")).hasToString("branch/qa/pr-42");
  }
}
