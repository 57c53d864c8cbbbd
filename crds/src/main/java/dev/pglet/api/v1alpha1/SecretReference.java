package dev.pglet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import org.jspecify.annotations.Nullable;

/** Where a secret is read from: a file of its own, or a key of a file of secrets. */
public record SecretReference(
    @JsonPropertyDescription(
            "Absolute path of a file with mode 0600 that holds the secret alone, in one line. Change: by SQL.")
        @Pattern("^/.+$")
        @Nullable String file,
    @JsonPropertyDescription(
            "Name of a file of secrets: secrets/NAME.yaml or secrets/NAME.properties in the data root. Goes with key. Change: by SQL.")
        @Pattern("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")
        @Nullable String secret,
    @JsonPropertyDescription("Key in the file that secret names. Change: by SQL.")
        @Pattern("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$")
        @Nullable String key) {}
