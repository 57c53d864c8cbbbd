@NullMarked
package dev.pglet.server.place;

import org.jspecify.annotations.NullMarked;
