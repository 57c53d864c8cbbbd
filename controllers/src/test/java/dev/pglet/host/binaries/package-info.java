@NullMarked
package dev.pglet.host.binaries;

import org.jspecify.annotations.NullMarked;
