package dev.pglet.verb.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A setting that is not in force as it is wanted, or is set by others.
 *
 * @param wanted empty where the manifest says nothing of it
 * @param inForce empty where the server does not know it
 * @param why in words for people: who or what made it so, and where
 * @param remedy what to do
 */
record Difference(
    String name,
    Optional<Wanted> wanted,
    Optional<LiveSetting> inForce,
    String why,
    String remedy) {
  private static final String INTO_MANIFEST =
      "Write it into the manifest, or remove that line and reload";

  /** All of them, by name. */
  static List<Difference> between(Map<String, Wanted> wanted, Live live) {
    Map<String, Difference> found = new TreeMap<>();
    wanted.forEach(
        (name, each) ->
            ofWanted(each, Optional.ofNullable(live.settings().get(name)), live.files())
                .ifPresent(difference -> found.put(name, difference)));
    for (FileSetting line : live.files()) {
      byOthers(line, wanted, live).ifPresent(difference -> found.put(line.name(), difference));
    }
    return new ArrayList<>(found.values());
  }

  private static Optional<Difference> ofWanted(
      Wanted wanted, Optional<LiveSetting> live, List<FileSetting> files) {
    if (live.isEmpty()) {
      return Optional.of(
          new Difference(
              wanted.name(),
              Optional.of(wanted),
              live,
              "the server does not know it: its library is not loaded",
              "See with pglet describe what the configuration waits for"));
    }
    LiveSetting setting = live.get();
    if (setting.is(wanted.value()) || reads(setting, wanted.value(), files)) {
      return Optional.empty();
    }
    String why;
    String remedy;
    if (setting.pendingRestart()) {
      why = "it waits for a restart";
      remedy = "Restart it with pglet restart, or see what spec.update says";
    } else if (setting.source().equals("configuration file")) {
      why = "%s:%d says so".formatted(setting.file(), setting.line());
      remedy = "A running pglet corrects it within a minute; see its events where it does not";
    } else if (setting.source().equals("default")) {
      why = "the server has not read it yet";
      remedy = "See with pglet describe what the configuration waits for";
    } else {
      why = "the server was started with it (%s)".formatted(setting.source());
      remedy = "Restart the server with pglet restart";
    }
    return Optional.of(new Difference(wanted.name(), Optional.of(wanted), live, why, remedy));
  }

  /** Whether the line that is in force is just this text: the server shows it in its own way. */
  private static boolean reads(LiveSetting setting, String text, List<FileSetting> files) {
    return !setting.pendingRestart()
        && files.stream()
            .anyMatch(
                line ->
                    line.applied()
                        && line.name().equals(setting.name())
                        && line.file().equals(setting.file())
                        && line.line() == setting.line()
                        && line.value().equals(text));
  }

  /** A line that no manifest gives, also where it takes a restart to come into force. */
  private static Optional<Difference> byOthers(
      FileSetting line, Map<String, Wanted> wanted, Live live) {
    Optional<Wanted> own = Optional.ofNullable(wanted.get(line.name()));
    Optional<LiveSetting> setting = Optional.ofNullable(live.settings().get(line.name()));
    if (line.ofAlterSystem()) {
      boolean same =
          own.isPresent()
              && (own.get().value().equals(line.value())
                  || setting
                      .filter(each -> SettingValue.same(each, own.get().value(), line.value()))
                      .isPresent());
      return same
          ? Optional.empty()
          : Optional.of(
              new Difference(
                  line.name(),
                  own,
                  setting,
                  "ALTER SYSTEM has set it, in " + line.place(),
                  own.isPresent()
                      ? "A running pglet resets it within a minute; or run ALTER SYSTEM RESET "
                          + line.name()
                      : "Write it into the manifest, then run ALTER SYSTEM RESET " + line.name()));
    }
    return own.isPresent() || line.name().startsWith("pglet.")
        ? Optional.empty()
        : Optional.of(
            new Difference(line.name(), own, setting, line.place() + " sets it", INTO_MANIFEST));
  }
}
