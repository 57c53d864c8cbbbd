package dev.pglet.verb.config;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.cli.Options;
import dev.pglet.cli.UsageError;
import dev.pglet.cli.output.Documents;
import dev.pglet.reconcile.Masking;
import dev.pglet.verb.NamedServer;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Settings as they are shown: as objects, and without secrets. */
final class Shown {
  private Shown() {}

  static OptionSpec option() {
    return Options.value("FORMAT", "yaml, json, or table, the default.", "-o", "--output");
  }

  /** {@code yaml}, {@code json} or {@code table}. */
  static String format(ParseResult arguments) {
    String format = arguments.matchedOptionValue("-o", "table");
    return switch (format) {
      case "yaml", "json", "table" -> format;
      default -> throw new UsageError("-o: '%s' is none of yaml, json, table".formatted(format));
    };
  }

  /** A value without the secrets in it, where its name or itself shows that there are some. */
  static String value(String name, String value) {
    boolean whole = Masking.named(name) || name.toLowerCase(Locale.ROOT).contains("passphrase");
    return whole && !value.isEmpty() ? Masking.MASK : Masking.inside(value);
  }

  /** An object of a kind, with an empty list {@code items} as its last field. */
  static ObjectNode list(String kind, NamedServer server) {
    ObjectNode list =
        JsonNodeFactory.instance.objectNode().put("kind", kind).put("apiVersion", "pglet/v1");
    return list.put("resource", server.key().toString());
  }

  static ObjectNode add(
      ArrayNode items, String name, Optional<Wanted> wanted, Optional<LiveSetting> live) {
    ObjectNode item = items.addObject().put("name", name);
    wanted.ifPresent(
        each -> {
          item.put("wanted", value(name, each.value()));
          if (!each.field().isEmpty()) {
            item.put("field", each.field());
          }
          item.put("from", each.from());
        });
    live.ifPresent(
        each -> {
          item.put("inForce", value(name, each.value()));
          put(item, "unit", each.unit());
          item.put("source", each.source());
          if (!each.file().isEmpty()) {
            item.put("file", each.file()).put("line", each.line());
          }
          put(item, "change", each.change());
          item.put("pendingRestart", each.pendingRestart());
        });
    return item;
  }

  private static void put(ObjectNode item, String field, String value) {
    if (!value.isEmpty()) {
      item.put(field, value);
    }
  }

  static void print(ObjectNode object, String format, PrintStream out) {
    out.print(format.equals("json") ? Documents.json(object) : Documents.yaml(object));
  }
}
