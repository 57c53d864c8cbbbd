package dev.pglet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * How to connect. Holds no secret.
 *
 * @param uri works when pasted: a libpq connection URI that names the passfile
 * @param socket the directory of the server's Unix socket
 * @param secretFile the 0600 pgpass file
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ConnectionStatus(
    @Nullable String uri, @Nullable String socket, @Nullable String secretFile) {}
