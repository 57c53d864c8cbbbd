package dev.pglet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an instance shall be.
 *
 * @param template null: none; its fields are part of this spec already
 * @param version a major version such as {@code 17} (the newest minor known when the instance is
 *     created, then kept) or an exact one such as {@code 17.6}
 * @param logs null: the server writes to one file for ever
 * @param parameters settings by name, in the order of the manifest; they win over every other field
 */
public record PostgreSQLInstanceSpec(
    @JsonPropertyDescription(
            "Name of a Template, whose fields hold where this spec does not write them: one of this"
                + " namespace, or development, testing, staging or production. Default: none."
                + " Change: as the fields that differ.")
        @Pattern("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")
        @Nullable String template,
    @JsonPropertyDescription(
            "PostgreSQL version: \"17\" is the newest minor known when the instance is created,"
                + " then kept; \"17.6\" pins it. Default: the defaultVersion of the"
                + " HostConfiguration, else \"18\", as it is when the instance is created. Change"
                + " of the minor: restart; of the major: refused.")
        @SchemaFrom(type = IntOrString.class)
        @Pattern("^[0-9]{2}([.][0-9]{1,2})?$")
        String version,
    @JsonPropertyDescription("How the server is run.") RuntimeSpec runtime,
    @JsonPropertyDescription(
            "Running; Stopped; or Fenced: the server is down as well, and its configuration is still written. Default Running. Change: the server is started or stopped.")
        DesiredState desiredState,
    @JsonPropertyDescription("How the data comes into being.") BootstrapSpec bootstrap,
    @JsonPropertyDescription("Where the server listens.") NetworkSpec network,
    @JsonPropertyDescription("Where the data lies.") StorageSpec storage,
    @JsonPropertyDescription("The first database and its owner.") Database database,
    @JsonPropertyDescription("Memory, planner and workers.") PerformanceSpec performance,
    @JsonPropertyDescription("Who may log in, and how.") SecuritySpec security,
    @JsonPropertyDescription("When changes may restart the server.") UpdateSpec update,
    @JsonPropertyDescription(
            "Roles, each exactly as its entry says. Removing an entry drops nothing. Default: the owner of the first database. Change: by SQL.")
        List<RoleSpec> roles,
    @JsonPropertyDescription(
            "More databases. Removing an entry drops nothing. Default: none. Change: by SQL.")
        List<DatabaseSpec> databases,
    @JsonPropertyDescription(
            "PostgreSQL settings by name; they win over typed fields. Default: none. Change: reload"
                + " or restart, as the server says.")
        Map<String, String> parameters,
    @JsonPropertyDescription(
            "Extensions, each once. Removing an entry drops nothing. Default: none."
                + " Change: by SQL.")
        List<Extension> extensions,
    @JsonPropertyDescription("How the instance is watched.") MonitoringSpec monitoring,
    @JsonPropertyDescription(
            "Log files that the server rotates and pglet removes when they are old. Default: one text file, which nobody rotates. Change of whether there are any: restart.")
        @Nullable LogsSpec logs,
    @JsonPropertyDescription(
            "What becomes of the data when this manifest is deleted: Retain or Delete. Default"
                + " Retain. Change: nothing on the server.")
        DeletionPolicy deletionPolicy) {
  public static final String DEFAULT_VERSION = "18";

  public PostgreSQLInstanceSpec {
    version = version == null ? DEFAULT_VERSION : version;
    runtime = runtime == null ? RuntimeSpec.DEFAULT : runtime;
    desiredState = desiredState == null ? DesiredState.Running : desiredState;
    bootstrap = bootstrap == null ? BootstrapSpec.DEFAULT : bootstrap;
    network = network == null ? NetworkSpec.DEFAULT : network;
    storage = storage == null ? StorageSpec.DEFAULT : storage;
    database = database == null ? Database.DEFAULT : database;
    performance = performance == null ? PerformanceSpec.DEFAULT : performance;
    security = security == null ? SecuritySpec.DEFAULT : security;
    roles = roles == null ? List.of() : List.copyOf(roles);
    update = update == null ? UpdateSpec.DEFAULT : update;
    databases = databases == null ? List.of() : List.copyOf(databases);
    parameters =
        parameters == null
            ? Map.of()
            : Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    extensions = extensions == null ? List.of() : List.copyOf(extensions);
    monitoring = monitoring == null ? MonitoringSpec.DEFAULT : monitoring;
    deletionPolicy = deletionPolicy == null ? DeletionPolicy.Retain : deletionPolicy;
  }

  /**
   * How the server is run.
   *
   * @param type {@code process}
   * @param user null: the account that the daemon's servers run as
   * @param binaries {@code auto} (the system's packages when the version fits, else embedded),
   *     {@code system}, {@code embedded}, or the absolute path of a directory that holds {@code
   *     bin/postgres}
   */
  public record RuntimeSpec(
      @JsonPropertyDescription(
              "process: as processes of this host. Default process. Change: refused.")
          @Pattern("^process$")
          String type,
      @JsonPropertyDescription(
              "Account that the server runs as: for a daemon of root one of /etc/passwd that has a uid and a group of its own and is not root; else the daemon's own. Default: the account of the daemon's servers. Change: refused.")
          @Pattern("^[A-Za-z_][A-Za-z0-9_.-]{0,63}$")
          @Nullable String user,
      @JsonPropertyDescription(
              "auto: the system's packages when the version fits, else embedded; system; embedded;"
                  + " or an absolute directory that holds bin/postgres. Default auto. Change:"
                  + " restart.")
          @Pattern("^(auto|system|embedded|/.+)$")
          String binaries) {
    static final RuntimeSpec DEFAULT = new RuntimeSpec("process", null, "auto");

    public RuntimeSpec {
      type = type == null ? DEFAULT.type : type;
      binaries = binaries == null ? DEFAULT.binaries : binaries;
    }
  }

  /**
   * Where the data lies.
   *
   * @param driver {@code auto}, {@code btrfs}, {@code reflink} or {@code copy}
   * @param pool the absolute path of the directory under which volumes live; null: {@code volumes}
   *     in the data root
   * @param dataDirectory null: in the volume
   * @param logDirectory null: in the volume
   * @param walDirectory null: in the data directory
   * @param archiveDirectory null: WAL is not archived
   * @param minFree bytes with a unit, or a percentage; null: nothing is asked for
   */
  public record StorageSpec(
      @JsonPropertyDescription(
              "How the data is held, which decides what a branch costs. btrfs: as a subvolume, whose branches are snapshots; reflink: as files whose branches share their blocks (XFS, btrfs); copy: as files that are copied; auto: the best of these that works in the pool. Default auto. Change: refused.")
          @Pattern("^(auto|btrfs|reflink|copy)$")
          String driver,
      @JsonPropertyDescription(
              "Absolute directory under which volumes live. Default: volumes in the data root."
                  + " Change: refused.")
          @Pattern("^/.*$")
          @Nullable String pool,
      @JsonPropertyDescription(
              "How much of the file system shall stay free, such as 2Gi or 5%: with less nothing is made there, and the condition DiskPressure warns. Default: none. Change: nothing on the server.")
          @Pattern("^([0-9]{1,6}(Ki|Mi|Gi|Ti)|[0-9]{1,2}%)$")
          @Nullable String minFree,
      @JsonPropertyDescription(
              "Absolute path of the data directory, which is empty or not there yet, or holds the cluster of bootstrap.adopt. Default: in the volume. Change: refused.")
          @Pattern("^(/[A-Za-z0-9_.+:@=,-]+)+$")
          @Nullable String dataDirectory,
      @JsonPropertyDescription(
              "Absolute path of a directory for log files, which is empty or not there yet; with it there are log files as logs says. Default: in the volume. Change: reload.")
          @Pattern("^(/[A-Za-z0-9_.+:@=,-]+)+$")
          @Nullable String logDirectory,
      @JsonPropertyDescription(
              "Absolute path of the directory that pg_wal leads to, which is empty or not there yet. Default: in the data directory. Change: refused.")
          @Pattern("^(/[A-Za-z0-9_.+:@=,-]+)+$")
          @Nullable String walDirectory,
      @JsonPropertyDescription(
              "Absolute path of a directory that each finished WAL segment is copied to, which is empty or not there yet; nothing is ever removed there. Default: WAL is not archived. Change: reload; of whether there is one: restart.")
          @Pattern("^(/[A-Za-z0-9_.+:@=,-]+)+$")
          @Nullable String archiveDirectory) {
    static final StorageSpec DEFAULT = new StorageSpec("auto", null, null, null, null, null, null);

    public StorageSpec {
      driver = driver == null ? DEFAULT.driver : driver;
    }
  }

  /** The first database and its owner, a login role that is no superuser. */
  public record Database(
      @JsonPropertyDescription("Name of the database. Default app. Change: refused.")
          @Pattern("^[A-Za-z_][A-Za-z0-9_$-]{0,62}$")
          String name,
      @JsonPropertyDescription("Role that owns the database. Default app. Change: by SQL.")
          @Pattern("^[A-Za-z_][A-Za-z0-9_$-]{0,62}$")
          String owner,
      @JsonPropertyDescription("Encoding. Default UTF8. Change: refused.")
          @Pattern("^[A-Za-z0-9_-]+$")
          String encoding,
      @JsonPropertyDescription("Locale of the C library. Default C.UTF-8. Change: refused.")
          @Pattern("^[A-Za-z0-9_.@-]+$")
          String locale,
      @JsonPropertyDescription("Time zone of the server. Default UTC. Change: reload.")
          @Pattern("^[A-Za-z0-9_+/-]+$")
          String timezone) {
    static final Database DEFAULT = new Database("app", "app", "UTF8", "C.UTF-8", "UTC");

    public Database {
      name = name == null ? DEFAULT.name : name;
      owner = owner == null ? DEFAULT.owner : owner;
      encoding = encoding == null ? DEFAULT.encoding : encoding;
      locale = locale == null ? DEFAULT.locale : locale;
      timezone = timezone == null ? DEFAULT.timezone : timezone;
    }
  }

  /**
   * An extension of some databases.
   *
   * @param enabled false: dropped where it is
   * @param version null: whichever there is
   * @param schema null: the extension's own choice
   * @param databases none: the first one; one that is off is off in every database of the spec
   * @param config values of settings by their names without the extension's
   */
  public record Extension(
      @JsonPropertyDescription(
              "Name of the extension, as in pg_available_extensions. Change: by SQL.")
          @Required
          @Pattern("^[a-z0-9_-]{1,63}$")
          String name,
      @JsonPropertyDescription(
              "false: dropped where it is, unless something depends on it. Default true. Change: by SQL; restart if its library is preloaded.")
          Boolean enabled,
      @JsonPropertyDescription(
              "Version to install or update to. Default: the package's default at creation. Change:"
                  + " by SQL.")
          @Pattern("^[A-Za-z0-9_.-]+$")
          @Nullable String version,
      @JsonPropertyDescription(
              "Schema to create the extension in, which must exist. Default: the extension's own"
                  + " choice. Change: by SQL.")
          @Pattern("^[A-Za-z_][A-Za-z0-9_$-]{0,62}$")
          @Nullable String schema,
      @JsonPropertyDescription(
              "Databases that have it: the first one, or such of spec.databases. Default: the first one; of one that is off: all. Change: by SQL.")
          List<String> databases,
      @JsonPropertyDescription(
              "Its settings by their names without the extension's, such as max for pg_stat_statements.max. Default: none. Change: reload or restart, as the server says.")
          Map<String, String> config) {
    public Extension {
      enabled = enabled == null || enabled;
      databases = databases == null ? List.of() : List.copyOf(databases);
      config = config == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(config));
    }
  }
}
