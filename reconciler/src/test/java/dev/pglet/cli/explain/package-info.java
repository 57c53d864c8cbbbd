/** Tests of {@code dev.pglet.cli.explain}. */
@NullMarked
package dev.pglet.cli.explain;

import org.jspecify.annotations.NullMarked;
