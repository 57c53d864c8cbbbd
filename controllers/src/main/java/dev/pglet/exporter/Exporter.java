package dev.pglet.exporter;

import static java.util.Objects.requireNonNull;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.host.postgres.Connections;
import dev.pglet.reconcile.Exposition;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scrapes the instances of this host. Few at once, and each by one scrape at a time, whoever asks:
 * a scraper cannot load a server. Thread-safe.
 */
public final class Exporter implements Exposition, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Exporter.class);
  private static final int AT_ONCE = 4;
  private static final Duration PATIENCE = Duration.ofSeconds(8);

  private static final class Source {
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Target target;
    private @Nullable ServerScrape scrape;
    private long scrapes;

    Source(Target target) {
      this.target = target;
    }

    /** The scrape of the server that runs now; of another one before, sessions are closed. */
    Optional<ServerScrape> current(Connections connections) {
      Optional<Target.Server> server = target.server();
      ServerScrape now = scrape;
      if (now != null && !server.equals(Optional.of(now.server()))) {
        now.close();
        now = null;
      }
      if (now == null && server.isPresent()) {
        now = new ServerScrape(connections, server.get());
      }
      scrape = now;
      return Optional.ofNullable(now);
    }
  }

  private final Connections connections;
  private final LongSupplier nanos;
  private final Semaphore permits = new Semaphore(AT_ONCE);
  private final SortedMap<ResourceKey, Source> sources = new TreeMap<>();

  /**
   * An exporter without targets.
   *
   * @param connections of the role that reads metrics
   */
  public Exporter(Connections connections) {
    this(connections, System::nanoTime);
  }

  Exporter(Connections connections, LongSupplier nanos) {
    this.connections = requireNonNull(connections, "connections is null");
    this.nanos = nanos;
  }

  /** Takes in what a pass has seen. */
  public void update(Target target) {
    Source source;
    synchronized (sources) {
      source = sources.computeIfAbsent(target.key(), _ -> new Source(target));
    }
    boolean sameServer = source.target.server().equals(target.server());
    source.target = target;
    if (!sameServer) {
      closeSoon(source);
    }
  }

  /** It is no target any more. */
  public void remove(ResourceKey key) {
    Source source;
    synchronized (sources) {
      source = sources.remove(key);
    }
    if (source != null) {
      source.target = new Target(key, Optional.empty(), Map.of());
      closeSoon(source);
    }
  }

  /** A scrape that runs closes what is no longer of use itself, with the next one. */
  private void closeSoon(Source source) {
    if (source.lock.tryLock()) {
      try {
        source.current(connections);
      } finally {
        source.lock.unlock();
      }
    }
  }

  @Override
  public String path() {
    return "instances";
  }

  @Override
  public List<ResourceKey> targets() {
    synchronized (sources) {
      return new ArrayList<>(sources.keySet());
    }
  }

  @Override
  public Page page(ResourceKey key) throws InterruptedException {
    Source source;
    synchronized (sources) {
      source = sources.get(key);
    }
    if (source == null) {
      return new Page.Unknown();
    }
    long until = nanos.getAsLong() + PATIENCE.toNanos();
    if (!permits.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
      return new Page.Busy();
    }
    try {
      if (!source.lock.tryLock(Math.max(1, until - nanos.getAsLong()), TimeUnit.NANOSECONDS)) {
        return new Page.Busy();
      }
      try {
        return new Page.Text(scrape(source), MetricsText.CONTENT_TYPE);
      } finally {
        source.lock.unlock();
      }
    } finally {
      permits.release();
    }
  }

  private byte[] scrape(Source source) {
    long begin = nanos.getAsLong();
    MetricsText text = new MetricsText();
    Optional<ServerScrape.Findings> findings = Optional.empty();
    Optional<ServerScrape> server = source.current(connections);
    if (server.isPresent()) {
      try {
        findings = Optional.of(server.get().read());
      } catch (SQLException e) {
        LOG.atDebug().setCause(e).addKeyValue("key", source.target.key()).log("not scraped");
      }
    }
    source.scrapes++;
    text.only(
        "gauge",
        "pg_up",
        "Whether the last scrape of metrics from PostgreSQL was able to connect to the server"
            + " (1 for yes, 0 for no).",
        findings.isPresent() ? "1" : "0");
    findings.ifPresent(found -> write(found, source.target, text));
    boolean failed = findings.isEmpty() || !findings.get().failed().isEmpty();
    text.only(
        "gauge",
        "pg_exporter_last_scrape_error",
        "Whether the last scrape of metrics from PostgreSQL resulted in an error (1 for error, 0"
            + " for success).",
        failed ? "1" : "0");
    text.only(
        "gauge",
        "pg_exporter_last_scrape_duration_seconds",
        "Duration of the last scrape of metrics from PostgreSQL.",
        Double.toString((nanos.getAsLong() - begin) / 1e9));
    text.only(
        "counter",
        "pg_exporter_scrapes_total",
        "Total number of times PostgreSQL was scraped for metrics.",
        Long.toString(source.scrapes));
    return text.toBytes();
  }

  private static void write(ServerScrape.Findings found, Target target, MetricsText text) {
    found.answers().forEach(answer -> answer.write(text));
    found
        .settings()
        .forEach(
            setting ->
                text.only(
                    setting.metric().type(),
                    setting.metric().name(),
                    setting.metric().help(),
                    setting.value()));
    sizes(found, target, text);
    ScrapeMetrics.write(found, text);
  }

  /** As they were last measured on disk: the server's own function would take locks. */
  private static void sizes(ServerScrape.Findings found, Target target, MetricsText text) {
    List<ServerScrape.Database> measured =
        found.databases().stream().filter(each -> target.sizes().containsKey(each.oid())).toList();
    if (measured.isEmpty()) {
      return;
    }
    Metric metric =
        new Metric("gauge", "pg_database_size_bytes", "Disk space used by the database");
    text.family(metric);
    for (ServerScrape.Database database : measured) {
      text.sample(
          ScrapeMetrics.bytes(metric.name()),
          MetricsText.labels(List.of("datname"), List.of(database.name())),
          String.valueOf(target.sizes().get(database.oid())));
    }
  }

  @Override
  public void close() {
    targets().forEach(this::remove);
  }
}
