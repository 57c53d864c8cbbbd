/**
 * The resources over HTTP, with Kubernetes' paths and objects. {@link
 * dev.pglet.apiserver.ApiRouter} answers an {@link dev.pglet.apiserver.Exchange}; which server
 * carries it is known to {@link dev.pglet.apiserver.HelidonServer} alone. Tables are rendered here,
 * so that every client shows the same columns.
 *
 * <p>Allowed dependencies: {@code dev.pglet.api}, {@code dev.pglet.reconcile}, {@code
 * dev.pglet.manifest.edit.change} for {@code MergePatch}, Jackson's tree; Helidon in {@code
 * HelidonServer} only, picocli nowhere. Nothing of the engine, the CLI or the daemon.
 */
@NullMarked
package dev.pglet.apiserver;

import org.jspecify.annotations.NullMarked;
