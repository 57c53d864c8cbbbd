/**
 * Metrics of servers for Prometheus under postgres_exporter's names. What is asked is data, in
 * {@code collectors.sql}. The text is written by our own writer: counters keep names without {@code
 * _total}, which no library of Prometheus' allows.
 *
 * <p>Allowed dependencies: {@code dev.pglet.health} for the role that reads, {@code
 * dev.pglet.server}, {@code dev.pglet.host}, {@code dev.pglet.apiserver} for HTTP, {@code
 * dev.pglet.reconcile}, {@code dev.pglet.api}.
 */
@NullMarked
package dev.pglet.exporter;

import org.jspecify.annotations.NullMarked;
