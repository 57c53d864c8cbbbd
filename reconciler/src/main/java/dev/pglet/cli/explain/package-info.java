/**
 * The verbs that say what a field means, where a value comes from, and what another template would
 * change.
 *
 * <p>Allowed dependencies: {@code dev.pglet.cli} and its {@code output} and {@code verb}, {@code
 * dev.pglet.api}, {@code dev.pglet.manifest}, {@code dev.pglet.reconcile}, Jackson, picocli.
 */
@NullMarked
package dev.pglet.cli.explain;

import org.jspecify.annotations.NullMarked;
