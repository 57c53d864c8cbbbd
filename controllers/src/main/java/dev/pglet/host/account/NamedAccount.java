package dev.pglet.host.account;

import static java.util.Objects.requireNonNull;

import dev.pglet.api.meta.ResourceKey;
import java.util.Optional;

/**
 * An account as a manifest asks for it.
 *
 * @param source of which the server is a copy, and whose account it therefore gets; empty: the
 *     server's own manifest names the account
 */
public record NamedAccount(String name, Optional<ResourceKey> source) {
  public NamedAccount {
    requireNonNull(name, "name is null");
    requireNonNull(source, "source is null");
  }

  /** By the server's own manifest. */
  public static NamedAccount of(String name) {
    return new NamedAccount(name, Optional.empty());
  }
}
