package dev.pglet.exporter;

/**
 * A family of samples.
 *
 * @param type {@code counter}, {@code gauge} or {@code untyped}
 */
record Metric(String type, String name, String help) {}
