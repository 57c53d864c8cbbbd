/**
 * For the tests of the engine and of every kind: virtual time, manifests in memory, the crash
 * harness. Published as this module's test jar.
 */
@NullMarked
package dev.pglet.reconcile.testing;

import org.jspecify.annotations.NullMarked;
