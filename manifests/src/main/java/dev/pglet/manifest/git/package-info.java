/**
 * A manifest directory that lies in a git repository: {@link dev.pglet.manifest.git.FilterProcess}
 * keeps statuses out of commits, {@link dev.pglet.manifest.git.GitManifests} keeps {@code git
 * status} clean while statuses are written. No git program is run here and no code of a repository.
 *
 * <p>Allowed dependencies: {@code dev.pglet.manifest} and its subpackages {@code parse} and {@code
 * edit}, slf4j.
 */
@NullMarked
package dev.pglet.manifest.git;

import org.jspecify.annotations.NullMarked;
