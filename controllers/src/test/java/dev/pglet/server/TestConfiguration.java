package dev.pglet.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.server.access.Access;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class TestConfiguration {
  private static final TreeSet<String> ACCOUNTS = new TreeSet<>(List.of("pglet", "root"));

  /** A line as PostgreSQL's own scanner (guc-file.l) reads it: a name and one quoted string. */
  private static final Pattern LINE =
      Pattern.compile(
          "([A-Za-z_\\x80-\\x{10ffff}][A-Za-z0-9_$.\\x80-\\x{10ffff}]*) = '((?:[^'\\\\\\n"
              + "]|\\\\.|'')*)'");

  /** What is likely to break quoting, often. */
  private static final String[] PIECES = {
    "'",
    "''",
    "\\",
    "\\\\",
    "\\'",
    "'\\",
    "\\n",
    "\t",
    " ",
    "#",
    " = '",
    "' = ",
    "x",
    "42",
    "é",
    "🐘",
    "include",
    "port = 1",
    "$libdir",
    "\u0085",
    "\u2028"
  };

  private static final int SEEDS = 500;

  @Test
  void whatIsWrittenIsReadBackByPostgresAndByPglet() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      Map<String, String> settings = randomSettings(random);
      assertThat(SettingRules.problems(settings)).isEmpty();

      Configuration configuration = Configuration.render(settings, ACCOUNTS, Access.DEFAULT);

      Map<String, String> expected = new TreeMap<>(lowerCase(settings));
      assertThat(configuration.settings()).as("seed %d", seed).isEqualTo(expected);
      expected.put(Configuration.HASH_SETTING, configuration.hash());
      assertThat(readAsPostgres(configuration.main())).as("seed %d", seed).isEqualTo(expected);
      assertThat(Configuration.settingsOf(configuration.main()))
          .as("seed %d", seed)
          .isEqualTo(expected);
    }
  }

  @Test
  void theOrderOfSettingsChangesNothing() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      Map<String, String> settings = randomSettings(random);
      List<String> names = new ArrayList<>(settings.keySet());
      Collections.shuffle(names, random);
      Map<String, String> shuffled = new LinkedHashMap<>();
      names.forEach(name -> shuffled.put(name, settings.get(name)));

      assertThat(Configuration.render(shuffled, ACCOUNTS, Access.DEFAULT))
          .as("seed %d", seed)
          .isEqualTo(Configuration.render(settings, ACCOUNTS, Access.DEFAULT));
    }
  }

  @Test
  void oneChangedValueIsTheOnlyDifference() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      Map<String, String> settings = randomSettings(random);
      List<String> names = List.copyOf(settings.keySet());
      String changed = names.get(random.nextInt(names.size()));
      Configuration before = Configuration.render(settings, ACCOUNTS, Access.DEFAULT);
      Map<String, String> more = new LinkedHashMap<>(settings);
      more.merge(changed, "'", String::concat);

      Configuration after = Configuration.render(more, ACCOUNTS, Access.DEFAULT);

      assertThat(after.hash()).as("seed %d", seed).isNotEqualTo(before.hash());
      assertThat(after.differences(before.main()))
          .containsExactly(changed.toLowerCase(Locale.ROOT));
      assertThat(before.differences(before.main())).isEmpty();
    }
  }

  @Test
  void namesAddedAndRemovedSettingsAsDifferences() {
    Configuration before =
        Configuration.render(Map.of("a", "1", "b", "2"), ACCOUNTS, Access.DEFAULT);
    Configuration after =
        Configuration.render(Map.of("b", "2", "c", "3"), ACCOUNTS, Access.DEFAULT);

    assertThat(after.differences(before.main())).containsExactly("a", "c");
  }

  @Test
  void aSettingHasOneNameWhateverItsCase() {
    Configuration configuration =
        Configuration.render(Map.of("DateStyle", "ISO"), ACCOUNTS, Access.DEFAULT);

    assertThat(configuration.settings()).containsOnlyKeys("datestyle");
  }

  @Test
  void theHashCoversWhoMayBecomeTheSuperuser() {
    Configuration two = Configuration.render(Map.of("a", "1"), ACCOUNTS, Access.DEFAULT);
    Configuration one =
        Configuration.render(Map.of("a", "1"), new TreeSet<>(List.of("pglet")), Access.DEFAULT);

    assertThat(one.hash()).isNotEqualTo(two.hash());
    assertThat(one.identities()).contains("pglet \"pglet\" postgres").doesNotContain("root");
  }

  @Test
  void readsTheHashThatAFileSaysItHas() {
    Configuration configuration = Configuration.render(Map.of("a", "1"), ACCOUNTS, Access.DEFAULT);

    assertThat(Configuration.hashOf(configuration.main())).contains(configuration.hash());
    assertThat(Configuration.hashOf("port = 5432\n# pglet.config_hash = 'x'\n")).isEmpty();
  }

  @Test
  void letsTheSuperuserInOnlyOverTheSocketAndOthersOnlyByScram() {
    String access = Configuration.render(Map.of(), ACCOUNTS, Access.DEFAULT).access();

    List<String[]> rules =
        access
            .lines()
            .filter(line -> !line.startsWith("#"))
            .map(line -> line.trim().split("\\s+"))
            .toList();
    assertThat(rules.getFirst()).containsExactly("local", "all", "postgres", "peer", "map=pglet");
    assertThat(rules.get(1)).containsExactly("local", "all", "pglet_monitor", "peer", "map=pglet");
    assertThat(rules.subList(2, rules.size()))
        .allSatisfy(rule -> assertThat(rule[rule.length - 1]).isEqualTo("scram-sha-256"));
    assertThat(access).doesNotContain("trust", "md5", "0.0.0.0/0");
  }

  private static Map<String, String> randomSettings(Random random) {
    Map<String, String> settings = new LinkedHashMap<>();
    int count = 1 + random.nextInt(6);
    for (int i = 0; i < count; i++) {
      String name = "s" + i + (random.nextBoolean() ? "_Mixed$" : ".ext" + i);
      StringBuilder value = new StringBuilder();
      int pieces = random.nextInt(8);
      for (int j = 0; j < pieces; j++) {
        value.append(PIECES[random.nextInt(PIECES.length)]);
      }
      settings.put(name, value.toString());
    }
    return settings;
  }

  private static Map<String, String> lowerCase(Map<String, String> settings) {
    Map<String, String> lower = new TreeMap<>();
    settings.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
    return lower;
  }

  private static Map<String, String> readAsPostgres(String main) {
    Map<String, String> settings = new TreeMap<>();
    for (String line : main.split("\n", -1)) {
      if (line.startsWith("#") || line.isEmpty()) {
        continue;
      }
      Matcher matcher = LINE.matcher(line);
      assertThat(matcher.matches()).as("a line of the file: %s", line).isTrue();
      settings.put(matcher.group(1), unquote(matcher.group(2)));
    }
    return settings;
  }

  /** GUC_scanstr of guc-file.l: a backslash escapes, two quotes are one. */
  private static String unquote(String quoted) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < quoted.length(); i++) {
      char c = quoted.charAt(i);
      if (c == '\\') {
        i++;
        assertThat(quoted.charAt(i)).as("the only escape that is written").isEqualTo('\\');
      } else if (c == '\'') {
        i++;
      }
      text.append(c);
    }
    return text.toString();
  }
}
