@NullMarked
package dev.pglet.host.file;

import org.jspecify.annotations.NullMarked;
