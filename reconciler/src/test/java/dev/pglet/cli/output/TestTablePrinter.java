package dev.pglet.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TestTablePrinter {
  private static final String TABLE =
      """
      {"columnDefinitions": [{"name": "Name", "priority": 0}, {"name": "Data", "priority": 1},
                             {"name": "Age", "priority": 0}],
       "rows": [{"cells": ["ä", "/d", "1s"], "object": {"metadata": {"namespace": "default"}}},
                {"cells": ["longer", null, "2m"], "object": {"metadata": {"namespace": "test"}}}]}
      """;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  private String printed() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static JsonNode table() throws Exception {
    return new JsonMapper().readTree(TABLE);
  }

  @Test
  void alignsColumnsAndHidesThoseOfLowerPriority() throws Exception {
    new TablePrinter(out, false, false, true).print(table());
    assertThat(printed()).isEqualTo("NAME     AGE\nä        1s\nlonger   2m\n");
  }

  @Test
  void wideShowsAllAndNamespacesComeFirst() throws Exception {
    new TablePrinter(out, true, true, false).print(table());
    assertThat(printed())
        .isEqualTo("default     ä        /d     1s\ntest        longer          2m\n");
  }

  @Test
  void goesOnWithoutHeadings() throws Exception {
    TablePrinter printer = new TablePrinter(out, false, false, true);
    printer.print(table());
    printer.print(table());
    assertThat(printed().lines().filter(line -> line.startsWith("NAME"))).hasSize(1);
    assertThat(printed().lines()).hasSize(5);
  }

  @Test
  void yamlReadsBackAsTheSame() throws Exception {
    JsonNode object =
        new JsonMapper()
            .readTree("{\"v\":\"18\",\"x\":5,\"b\":\"off\",\"l\":[{\"a\":\"x: y\"}],\"e\":\"\"}");
    String yaml = Documents.yaml(object);
    assertThat(yaml).contains("v: \"18\"").contains("x: 5").contains("b: \"off\"");
    assertThat(new com.fasterxml.jackson.dataformat.yaml.YAMLMapper().readTree(yaml))
        .isEqualTo(object);
  }
}
