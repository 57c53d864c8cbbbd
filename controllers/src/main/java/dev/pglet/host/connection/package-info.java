/**
 * Sessions with servers of this host over their Unix sockets.
 *
 * <p>Allowed dependencies: {@code dev.pglet.host.postgres}, pgjdbc.
 */
@NullMarked
package dev.pglet.host.connection;

import org.jspecify.annotations.NullMarked;
