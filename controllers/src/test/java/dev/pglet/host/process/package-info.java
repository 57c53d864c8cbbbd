@NullMarked
package dev.pglet.host.process;

import org.jspecify.annotations.NullMarked;
