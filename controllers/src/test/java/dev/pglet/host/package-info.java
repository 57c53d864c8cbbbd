@NullMarked
package dev.pglet.host;

import org.jspecify.annotations.NullMarked;
