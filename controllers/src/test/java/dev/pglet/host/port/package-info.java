@NullMarked
package dev.pglet.host.port;

import org.jspecify.annotations.NullMarked;
