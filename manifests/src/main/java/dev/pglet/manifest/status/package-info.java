/**
 * Statuses outside of the manifests: for directories that a version control watches, or that pglet
 * may not write.
 *
 * <p>Allowed dependencies: {@code dev.pglet.manifest}, {@code dev.pglet.manifest.edit} with its
 * text, {@code dev.pglet.api}, Jackson's tree, slf4j.
 */
@NullMarked
package dev.pglet.manifest.status;

import org.jspecify.annotations.NullMarked;
