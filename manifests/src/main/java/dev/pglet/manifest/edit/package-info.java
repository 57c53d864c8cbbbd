/**
 * Changes in the user's files: {@link dev.pglet.manifest.edit.ManifestEditor} makes a new text in
 * which only what shall change has changed, {@link dev.pglet.manifest.edit.AtomicFile} puts it in
 * the place of the old one without losing what anybody else writes meanwhile.
 *
 * <p>Allowed dependencies: {@code dev.pglet.manifest.parse}, Jackson's tree, slf4j.
 */
@NullMarked
package dev.pglet.manifest.edit;

import org.jspecify.annotations.NullMarked;
