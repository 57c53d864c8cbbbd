/**
 * Edits of YAML text by the places that the parser marks: what is not asked for keeps every byte.
 * Pure.
 *
 * <p>Allowed dependencies: {@code dev.pglet.manifest.edit.change}, {@code
 * dev.pglet.manifest.parse}, Jackson's tree, the names of scalar styles of snakeyaml-engine.
 */
@NullMarked
package dev.pglet.manifest.edit.text;

import org.jspecify.annotations.NullMarked;
