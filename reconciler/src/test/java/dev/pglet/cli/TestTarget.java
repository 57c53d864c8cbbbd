package dev.pglet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.apiserver.TestingBackend;
import java.util.List;
import org.junit.jupiter.api.Test;

class TestTarget {
  private final KindRegistry kinds = new TestingBackend().kinds();

  private List<String> parse(String... words) {
    return Target.parse(List.of(words), kinds).stream()
        .map(target -> target.kind().singular() + target.name().map(n -> "/" + n).orElse(""))
        .toList();
  }

  @Test
  void kindsAreCalledByAnyOfTheirNames() {
    for (String name :
        List.of(
            "pg",
            "pgi",
            "postgresqlinstance",
            "postgresqlinstances",
            "PostgreSQLInstance",
            "postgresqlinstances.pglet.dev")) {
      assertThat(parse(name)).as(name).containsExactly("postgresqlinstance");
    }
  }

  @Test
  void namesFollowAKindOrASlash() {
    assertThat(parse("pg", "a", "b"))
        .containsExactly("postgresqlinstance/a", "postgresqlinstance/b");
    assertThat(parse("pg/a", "br/b")).containsExactly("postgresqlinstance/a", "branch/b");
    assertThat(parse("pg,br")).containsExactly("postgresqlinstance", "branch");
    assertThat(parse("all")).containsExactly("postgresqlinstance", "branch");
    assertThat(Target.keys(List.of("br/x"), "test", kinds))
        .containsExactly(new ResourceKey("Branch", "test", "x"));
  }

  @Test
  void whatIsPrintedOfAResourceNamesIt() {
    ResourceKey key = new ResourceKey("Branch", "test", "x");
    assertThat(Target.keys(List.of(key.toString()), "other", kinds)).containsExactly(key);
  }

  @Test
  void namesHave63CharactersAtMost() {
    assertThat(parse("pg/" + "a".repeat(63))).hasSize(1);
    assertThatThrownBy(() -> parse("pg/" + "a".repeat(64))).hasMessageContaining("1 to 63");
    assertThatThrownBy(() -> parse("pg/../x")).hasMessageContaining("'..' is no name");
    assertThatThrownBy(() -> parse("pg/a/b/c")).hasMessageContaining("'b/c' is no name");
  }

  @Test
  void anUnknownKindSaysTheNearest() {
    assertThatThrownBy(() -> parse("brunch"))
        .isInstanceOf(UsageError.class)
        .hasMessageContaining("there is no kind 'brunch'; did you mean 'branch'?")
        .hasMessageContaining("postgresqlinstance (pgi, pg), branch (br)");
    assertThatThrownBy(() -> parse("xyzzyxyzzy"))
        .hasMessageContaining("there is no kind 'xyzzyxyzzy'. Kinds:");
  }

  @Test
  void whatCannotBeMeantIsRefused() {
    assertThatThrownBy(() -> parse()).hasMessageContaining("say which kind");
    assertThatThrownBy(() -> parse("pg,br", "a")).hasMessageContaining("one kind only");
    assertThatThrownBy(() -> parse("pg/a", "b")).hasMessageContaining("'b' has no kind");
    assertThatThrownBy(() -> Target.keys(List.of("pg"), "default", kinds))
        .hasMessageContaining("a name is missing");
  }
}
