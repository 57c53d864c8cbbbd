/** Tests of {@code dev.pglet.daemon.settings}. */
@NullMarked
package dev.pglet.daemon.settings;

import org.jspecify.annotations.NullMarked;
