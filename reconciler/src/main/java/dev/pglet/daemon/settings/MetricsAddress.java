package dev.pglet.daemon.settings;

import dev.pglet.reconcile.InvalidSpec;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the daemon serves metrics for Prometheus. In the settings file: {@code metricsAddress:
 * 127.0.0.1:9187}. Nobody has to log in there, so only this host may ask.
 *
 * @param address a loopback address; empty: nowhere
 */
public record MetricsAddress(Optional<InetSocketAddress> address) {
  private static final Pattern FORM =
      Pattern.compile("(?:(127(?:\\.[0-9]{1,3}){3}|localhost|\\[::1\\]):)?([1-9][0-9]{0,4})");

  static MetricsAddress resolve(Sources sources) throws InvalidSpec {
    Optional<Sources.Value> said =
        sources.find("--metrics-address", "PGLET_METRICS_ADDRESS", "metricsAddress");
    if (said.isEmpty() || said.get().text().equals("off")) {
      return new MetricsAddress(Optional.empty());
    }
    Matcher parts = FORM.matcher(said.get().text());
    if (!parts.matches() || Integer.parseInt(parts.group(2)) > 65535) {
      throw new InvalidSpec(
          "WrongMetricsAddress",
          "metricsAddress",
          "%s is '%s'".formatted(said.get().source(), said.get().text()),
          "Write a port or an address of this host with a port, such as 127.0.0.1:9187, or off");
    }
    String host = parts.group(1) == null ? "127.0.0.1" : parts.group(1).replaceAll("[\\[\\]]", "");
    return new MetricsAddress(
        Optional.of(new InetSocketAddress(host, Integer.parseInt(parts.group(2)))));
  }
}
