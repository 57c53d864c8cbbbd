@NullMarked
package dev.pglet.server.access;

import org.jspecify.annotations.NullMarked;
