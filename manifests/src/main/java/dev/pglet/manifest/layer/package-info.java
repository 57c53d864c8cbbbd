/**
 * A spec from several documents: the defaults of the host, a chain of templates, and the document's
 * own. Trees are merged as they are written, before anything is bound, and every value keeps the
 * place where it was written. Pure: the outcome depends on the documents and the variables alone,
 * not on their order or on what was resolved before.
 *
 * <p>Allowed dependencies: {@code dev.pglet.manifest}, {@code dev.pglet.manifest.parse}, {@code
 * dev.pglet.api.meta}, Jackson, Fabric8's models.
 */
@NullMarked
package dev.pglet.manifest.layer;

import org.jspecify.annotations.NullMarked;
