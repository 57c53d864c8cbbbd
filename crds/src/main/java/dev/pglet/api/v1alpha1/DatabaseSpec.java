package dev.pglet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A database of an instance.
 *
 * @param owner null: the owner of the first database
 * @param encoding null: as the first database
 * @param locale null: as the first database
 * @param deletionPolicy what becomes of it when the entry is removed
 * @param extensions names; each is as its entry in the instance's extensions says, if it has one
 */
public record DatabaseSpec(
    @JsonPropertyDescription(
            "Name of the database. Change: another database is made, by SQL; the one before stays.")
        @Required
        @Pattern("^[A-Za-z_][A-Za-z0-9_$-]{0,62}$")
        String name,
    @JsonPropertyDescription(
            "Role of spec.roles that owns the database. Default: the owner of the first database. Change: by SQL.")
        @Pattern("^[A-Za-z_][A-Za-z0-9_$-]{0,62}$")
        @Nullable String owner,
    @JsonPropertyDescription("Encoding. Default: that of the first database. Change: refused.")
        @Pattern("^[A-Za-z0-9_-]+$")
        @Nullable String encoding,
    @JsonPropertyDescription(
            "Locale of the C library. Default: that of the first database. Change: refused.")
        @Pattern("^[A-Za-z0-9_.@-]+$")
        @Nullable String locale,
    @JsonPropertyDescription(
            "Names of extensions to create in it. Removing a name drops nothing. Default: none. Change: by SQL.")
        List<String> extensions,
    @JsonPropertyDescription(
            "What becomes of the database when this entry is removed: Retain; or Delete, which drops"
                + " it with its data once you have consented to the plan that pglet diff shows."
                + " Default Retain. Change: nothing on the server.")
        DeletionPolicy deletionPolicy) {
  public DatabaseSpec {
    deletionPolicy = deletionPolicy == null ? DeletionPolicy.Retain : deletionPolicy;
    extensions = extensions == null ? List.of() : List.copyOf(extensions);
  }
}
