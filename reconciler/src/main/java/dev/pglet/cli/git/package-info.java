/**
 * The verb {@code git}: a manifest directory in a repository. Runs the git program, with the rights
 * and the settings of whoever runs the verb; the daemon never does.
 *
 * <p>Allowed dependencies: those of {@code dev.pglet.cli}, and {@code dev.pglet.cli} itself.
 */
@NullMarked
package dev.pglet.cli.git;

import org.jspecify.annotations.NullMarked;
