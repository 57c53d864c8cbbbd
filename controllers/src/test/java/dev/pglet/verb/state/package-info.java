/** Tests of the verbs that say how servers are. */
@NullMarked
package dev.pglet.verb.state;

import org.jspecify.annotations.NullMarked;
