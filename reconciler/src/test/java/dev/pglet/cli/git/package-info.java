/** Tests with the real git program. */
@NullMarked
package dev.pglet.cli.git;

import org.jspecify.annotations.NullMarked;
