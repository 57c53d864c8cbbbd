/**
 * The directory of manifests as a source of resources: {@link
 * dev.pglet.manifest.ManifestSource#scan} answers what the directory says now, and never half of
 * it. Nothing here acts on a host.
 *
 * <p>Allowed dependencies: {@code dev.pglet.api}, the subpackages {@code parse}, {@code edit} and
 * {@code watch}, Jackson's tree.
 */
@NullMarked
package dev.pglet.manifest;

import org.jspecify.annotations.NullMarked;
