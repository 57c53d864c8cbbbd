/** Tests of the verbs about earlier specs. */
@NullMarked
package dev.pglet.cli.history;

import org.jspecify.annotations.NullMarked;
