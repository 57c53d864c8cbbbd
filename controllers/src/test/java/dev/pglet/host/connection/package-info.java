@NullMarked
package dev.pglet.host.connection;

import org.jspecify.annotations.NullMarked;
