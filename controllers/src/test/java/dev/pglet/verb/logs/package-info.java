/** Tests of the verb {@code logs}. */
@NullMarked
package dev.pglet.verb.logs;

import org.jspecify.annotations.NullMarked;
