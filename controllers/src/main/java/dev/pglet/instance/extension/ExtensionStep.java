package dev.pglet.instance.extension;

import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.reconcile.Risk;
import dev.pglet.reconcile.Step;
import org.jspecify.annotations.Nullable;

/** What can be done to an extension of a database. */
public sealed interface ExtensionStep extends Step {
  String database();

  String extension();

  /** The path of the field that asks for the step. */
  String field(PostgreSQLInstanceSpec wanted);

  @Override
  default Risk risk() {
    return Risk.SAFE;
  }

  /**
   * Installs an extension and what it requires.
   *
   * @param version null: the package's default
   * @param schema null: the extension's own choice
   */
  record CreateExtension(
      String database, String extension, @Nullable String version, @Nullable String schema)
      implements ExtensionStep {
    @Override
    public String field(PostgreSQLInstanceSpec wanted) {
      return WantedExtension.field(wanted, extension, "name");
    }

    @Override
    public String describe() {
      return "creating extension " + extension + " in database " + database;
    }
  }

  record UpdateExtension(String database, String extension, String from, String to)
      implements ExtensionStep {
    @Override
    public String field(PostgreSQLInstanceSpec wanted) {
      return WantedExtension.field(wanted, extension, "version");
    }

    @Override
    public String describe() {
      return "updating extension %s in database %s from %s to %s"
          .formatted(extension, database, from, to);
    }
  }

  record MoveExtension(String database, String extension, String schema) implements ExtensionStep {
    @Override
    public String field(PostgreSQLInstanceSpec wanted) {
      return WantedExtension.field(wanted, extension, "schema");
    }

    @Override
    public String describe() {
      return "moving extension %s in database %s to schema %s"
          .formatted(extension, database, schema);
    }
  }

  /** Drops an extension, unless something depends on it. */
  record DropExtension(String database, String extension) implements ExtensionStep {
    @Override
    public String field(PostgreSQLInstanceSpec wanted) {
      return WantedExtension.field(wanted, extension, "enabled");
    }

    @Override
    public String describe() {
      return "dropping extension " + extension + " from database " + database;
    }
  }
}
