/** The API over a real Unix socket, with resources in memory behind it. */
@NullMarked
package dev.pglet.apiserver;

import org.jspecify.annotations.NullMarked;
