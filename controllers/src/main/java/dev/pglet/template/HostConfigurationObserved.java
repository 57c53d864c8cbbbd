package dev.pglet.template;

/**
 * What a host configuration holds for.
 *
 * @param instances how many there are
 */
record HostConfigurationObserved(int instances) {}
