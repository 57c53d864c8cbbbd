/**
 * The process: its settings, its wiring by hand in {@link dev.pglet.daemon.Main}, and the verbs
 * that run an engine themselves.
 *
 * <p>Allowed dependencies: everything of this module and the modules before it. Nothing depends on
 * this package but the launcher.
 */
@NullMarked
package dev.pglet.daemon;

import org.jspecify.annotations.NullMarked;
