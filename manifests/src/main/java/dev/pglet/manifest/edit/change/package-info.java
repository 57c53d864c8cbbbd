/**
 * What shall change in a document, as trees and paths: nothing here knows the text. Pure.
 *
 * <p>Allowed dependencies: {@code dev.pglet.manifest.parse}, Jackson's tree.
 */
@NullMarked
package dev.pglet.manifest.edit.change;

import org.jspecify.annotations.NullMarked;
