package dev.pglet.server;

import dev.pglet.reconcile.WantedSetting;
import dev.pglet.server.config.TypedFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** The settings of a server, each with the field or the rule that gives it. Pure. */
public final class SettingOrigins {
  private static final String PGLET = "pglet";
  private static final String SPEC = "spec.";

  private SettingOrigins() {}

  /** Of an instance; none while its port is not known. */
  public static List<WantedSetting> ofInstance(ServerSpec spec, ServerObserved observed) {
    return of(spec, observed, TypedFields::of, PGLET);
  }

  /** Of a branch, which has what is not its own from its source. */
  public static List<WantedSetting> ofBranch(ServerSpec spec, ServerObserved observed) {
    return of(
        spec,
        observed,
        name -> name.equals("port") ? TypedFields.of(name) : "",
        "the source of the branch");
  }

  private static List<WantedSetting> of(
      ServerSpec spec, ServerObserved observed, UnaryOperator<String> fieldOf, String inherited) {
    Map<String, String> named = new TreeMap<>();
    spec.parameters().keySet().forEach(name -> named.put(name.toLowerCase(Locale.ROOT), name));
    List<WantedSetting> settings = new ArrayList<>();
    observed
        .desired()
        .map(Configuration::settings)
        .orElse(Map.of())
        .forEach(
            (name, value) -> {
              String field = fieldOf.apply(name);
              boolean typed = spec.typed().containsKey(name);
              if (spec.enforced().containsKey(name)) {
                settings.add(new WantedSetting(name, value, "", PGLET));
              } else if (named.containsKey(name)) {
                settings.add(
                    new WantedSetting(name, value, SettingRules.field(named.get(name)), ""));
              } else if (field.startsWith(SPEC)) {
                settings.add(new WantedSetting(name, value, field, ""));
              } else {
                settings.add(new WantedSetting(name, value, "", typed ? inherited : PGLET));
              }
            });
    return settings;
  }
}
