/**
 * The whole of pglet on real servers: a real directory, the real engine, real PostgreSQL. Nothing
 * here is faked; what is asserted is the state of the world.
 */
@NullMarked
package dev.pglet.it;

import org.jspecify.annotations.NullMarked;
