package dev.pglet.manifest.parse;

/**
 * What is wrong with a text, and where.
 *
 * @param field the path of the field, such as {@code spec.network.port}; empty for none
 * @param message what is wrong and what to do, without the place
 */
public record Flaw(Place place, String field, String message) {}
