package dev.pglet.verb.config;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.output.TablePrinter;
import dev.pglet.cli.verb.BuiltinCommand;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.verb.NamedServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code config get}: what is wanted of each setting, what is in force, and who says so. */
public final class ConfigGetCommand implements BuiltinCommand {
  @Override
  public CommandSpec spec() {
    return Options.verb(
            "get",
            "Show settings of a server: what is wanted and where that was written, what is in force"
                + " and why.")
        .addOption(Options.namespace())
        .addOption(Options.flag("All settings that the server has.", "--all"))
        .addOption(Shown.option())
        .addPositional(
            Options.words(
                "NAME [SETTING…]",
                "1..*",
                "NAME or KIND/NAME, and settings. Default: all that somebody has set."));
  }

  @Override
  public String under() {
    return "config";
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    String format = Shown.format(arguments);
    List<String> words = Options.words(arguments);
    NamedServer server = NamedServer.find(words.getFirst(), Options.namespace(arguments), session);
    Set<String> asked = new TreeSet<>();
    words.subList(1, words.size()).forEach(word -> asked.add(word.toLowerCase(Locale.ROOT)));
    Map<String, Wanted> wanted = Wanted.of(server.key(), session);
    Set<String> looked = new TreeSet<>(wanted.keySet());
    looked.addAll(asked);
    Map<String, LiveSetting> live =
        server.running() ? Live.of(server, looked).settings() : Map.of();
    Set<String> names =
        asked.isEmpty() ? chosen(wanted, live, Options.has(arguments, "--all")) : asked;
    for (String name : asked) {
      if (!live.containsKey(name) && !wanted.containsKey(name)) {
        throw unknown(name, server);
      }
    }
    if (format.equals("table")) {
      print(names, wanted, live, session);
    } else {
      ObjectNode list = Shown.list("SettingList", server).put("running", server.running());
      ArrayNode items = list.putArray("items");
      names.forEach(
          name ->
              Shown.add(
                  items,
                  name,
                  Optional.ofNullable(wanted.get(name)),
                  Optional.ofNullable(live.get(name))));
      Shown.print(list, format, session.out());
    }
    if (!server.running()) {
      session
          .err()
          .printf("The server of %s does not run: what is in force is not known.%n", server.key());
    }
    return Cli.OK;
  }

  private static Set<String> chosen(
      Map<String, Wanted> wanted, Map<String, LiveSetting> live, boolean all) {
    Set<String> names = new TreeSet<>(wanted.keySet());
    live.values().stream()
        .filter(setting -> all || setting.set())
        .map(LiveSetting::name)
        .filter(name -> !name.startsWith("pglet."))
        .forEach(names::add);
    return names;
  }

  private static Refused unknown(String name, NamedServer server) {
    return server.running()
        ? new Refused(
            "NoSuchSetting",
            "the server of %s has no setting %s".formatted(server.key(), name),
            "See all that it has with: pglet config get %s --all".formatted(server.key()))
        : new Refused(
            "NotKnown",
            "the manifest of %s says nothing of the setting %s, and the server does not run"
                .formatted(server.key(), name),
            "Start it with: pglet start " + server.key());
  }

  private static void print(
      Set<String> names,
      Map<String, Wanted> wanted,
      Map<String, LiveSetting> live,
      Session session) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(List.of("SETTING", "WANTED", "IN FORCE", "UNIT", "SOURCE", "PENDING", "FROM"));
    for (String name : names) {
      Optional<Wanted> own = Optional.ofNullable(wanted.get(name));
      Optional<LiveSetting> setting = Optional.ofNullable(live.get(name));
      lines.add(
          List.of(
              name,
              own.map(each -> Shown.value(name, each.value())).orElse("-"),
              setting.map(each -> Shown.value(name, each.value())).orElse("-"),
              setting.map(LiveSetting::unit).orElse(""),
              setting.map(LiveSetting::source).orElse(""),
              setting.filter(LiveSetting::pendingRestart).map(_ -> "restart").orElse(""),
              own.map(Wanted::origin).orElse("")));
    }
    TablePrinter.print(session.out(), lines);
  }
}
