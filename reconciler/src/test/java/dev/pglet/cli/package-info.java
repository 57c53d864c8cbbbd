/** Tests of {@code dev.pglet.cli}. */
@NullMarked
package dev.pglet.cli;

import org.jspecify.annotations.NullMarked;
