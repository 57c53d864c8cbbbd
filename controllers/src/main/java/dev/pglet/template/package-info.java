/**
 * The kinds {@code Template} and {@code HostConfiguration}: documents that become part of
 * instances' specs before an instance's controller sees them. Their own controllers make nothing on
 * the host: they say what is true of the documents.
 *
 * <p>Allowed dependencies: {@code dev.pglet.reconcile}, {@code dev.pglet.api}.
 */
@NullMarked
package dev.pglet.template;

import org.jspecify.annotations.NullMarked;
