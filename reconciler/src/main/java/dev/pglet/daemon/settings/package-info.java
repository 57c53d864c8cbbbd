/**
 * What guards the daemon itself: one record per concern, each with its names, defaults and
 * messages. A flag wins over the environment, which wins over the settings file.
 *
 * <p>Allowed dependencies: {@code dev.pglet.reconcile}, {@code dev.pglet.reconcile.engine}'s prune
 * guard, Jackson.
 */
@NullMarked
package dev.pglet.daemon.settings;

import org.jspecify.annotations.NullMarked;
