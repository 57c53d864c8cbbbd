/**
 * The certificates of servers: a certificate authority of the data root, pairs that it signs, pairs
 * that a manifest names, and where they lie for a server to read.
 *
 * <p>Allowed dependencies: the JDK, BouncyCastle, {@code dev.pglet.reconcile}, {@code
 * dev.pglet.host.account}, {@code dev.pglet.host.command}, {@code dev.pglet.host.file}.
 */
@NullMarked
package dev.pglet.host.certificate;

import org.jspecify.annotations.NullMarked;
