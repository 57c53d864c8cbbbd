package dev.pglet.reconcile;

import static java.util.Objects.requireNonNull;

/**
 * One setting of what runs for a resource, as its spec in force wants it.
 *
 * @param name as what runs knows it
 * @param value as it is given to what runs; it may hold a secret
 * @param field the path of the spec that gives it, such as {@code spec.network.port}; empty when no
 *     field does
 * @param origin in words for people who gives it, such as {@code pglet}; empty when a field does
 */
public record WantedSetting(String name, String value, String field, String origin) {
  public WantedSetting {
    requireNonNull(name, "name is null");
    requireNonNull(value, "value is null");
    requireNonNull(field, "field is null");
    requireNonNull(origin, "origin is null");
  }
}
