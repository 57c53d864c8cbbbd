/** A host in memory: what survives when an engine on top of it loses all of its own memory. */
@NullMarked
package dev.pglet.host.testing;

import org.jspecify.annotations.NullMarked;
