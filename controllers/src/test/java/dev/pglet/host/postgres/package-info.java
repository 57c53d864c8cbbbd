@NullMarked
package dev.pglet.host.postgres;

import org.jspecify.annotations.NullMarked;
