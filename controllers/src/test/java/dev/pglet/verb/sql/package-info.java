/** Tests of the verbs that talk to one server. */
@NullMarked
package dev.pglet.verb.sql;

import org.jspecify.annotations.NullMarked;
