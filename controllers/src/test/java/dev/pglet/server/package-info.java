@NullMarked
package dev.pglet.server;

import org.jspecify.annotations.NullMarked;
