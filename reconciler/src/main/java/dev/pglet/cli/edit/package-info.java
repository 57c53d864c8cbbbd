/**
 * The verbs that edit manifests: fields, labels, annotations, whole documents. All of them edit the
 * text of the files, through the daemon if one runs, and keep what nobody asked to change.
 *
 * <p>Allowed dependencies: those of {@code dev.pglet.cli}, {@code dev.pglet.cli} itself and {@code
 * dev.pglet.cli.verb}.
 */
@NullMarked
package dev.pglet.cli.edit;

import org.jspecify.annotations.NullMarked;
