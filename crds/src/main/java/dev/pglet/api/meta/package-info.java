/**
 * What every resource has, whatever its kind: its key, its identity, its conditions, and the
 * definition of its kind.
 *
 * <p>Allowed dependencies: the JDK, Fabric8's models, Jackson.
 */
@NullMarked
package dev.pglet.api.meta;

import org.jspecify.annotations.NullMarked;
