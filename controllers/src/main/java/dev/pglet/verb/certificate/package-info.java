/**
 * The verb of the certificate authority, {@code ca}.
 *
 * <p>Allowed dependencies: those of {@code dev.pglet.verb}, and {@code dev.pglet.verb} itself.
 */
@NullMarked
package dev.pglet.verb.certificate;

import org.jspecify.annotations.NullMarked;
