/** Tests of {@code dev.pglet.cli.output}. */
@NullMarked
package dev.pglet.cli.output;

import org.jspecify.annotations.NullMarked;
