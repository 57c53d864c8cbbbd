@NullMarked
package dev.pglet.host.volume;

import org.jspecify.annotations.NullMarked;
