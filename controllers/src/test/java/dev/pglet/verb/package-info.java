/** Tests of the verbs for servers. */
@NullMarked
package dev.pglet.verb;

import org.jspecify.annotations.NullMarked;
