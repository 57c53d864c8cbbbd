/** Tests of {@code dev.pglet.daemon}. */
@NullMarked
package dev.pglet.daemon;

import org.jspecify.annotations.NullMarked;
