/**
 * A manifest directory in a git repository, as verbs see it. Runs the git program, with the rights
 * and the settings of whoever runs the verb; the daemon never does.
 *
 * <p>Allowed dependencies: {@code dev.pglet.manifest}, {@code dev.pglet.reconcile}.
 */
@NullMarked
package dev.pglet.cli.git;

import org.jspecify.annotations.NullMarked;
