/**
 * The kinds of {@code pglet.dev/v1alpha1}: one Fabric8 custom resource each, with a record for its
 * spec and one for its status. A spec's defaults are in its compact constructor, so that a bound
 * spec has no absent value with a default. A field that nothing implements is not here.
 *
 * <p>Allowed dependencies: {@code dev.pglet.api.meta}, Fabric8's models and generator annotations,
 * Jackson.
 */
@NullMarked
package dev.pglet.api.v1alpha1;

import org.jspecify.annotations.NullMarked;
